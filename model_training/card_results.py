"""The card's sections on what a network reaches: compared, by class, by agreement, calibrated, kept, behaved.

Each function gives one section's text. Left out: the numbers (`evaluate`), and the rest of the card (`card`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .agreement import Agreement
from .calibrate import BINS
from .coverage import FLOOR
from .evaluate import Results
from .markdown import interval, mean, plain, table
from .metrics import pairs
from .recipes import Recipe
from .request import Request
from .scores import Scores
from .tasks import Task

TOLD, PAIRS = 30, 10
"""Labels, and pairs of them, that a card tells of."""


def comparison(request: Request, terms: int, results: Results) -> str:
    """The network beside the original's, or a logistic regression, and the majority."""
    labels, recipe, yardstick = len(results.ours.confusion), request.recipe, request.yardstick
    original = f"the original service's ({shape(yardstick.max_terms, yardstick, labels)})" if yardstick else ""
    rows = [
        (f"**this network** ({shape(terms, recipe, labels)})", results.ours),
        (original or "a logistic regression on the same terms (scikit-learn, C = 10)", results.yardstick),
        ("always the most frequent label", results.majority),
    ]
    agree = 1.0 in results.ours.by_agreement
    head = ["", "accuracy", "macro-F1", *(["accuracy where all annotators agree"] if agree else []), "splits"]
    body = [
        [name, mean(s.accuracy), mean(s.macro_f1), *([interval(s.by_agreement[1.0], 3)] if agree else []), _seeds(s)]
        for name, s in rows
    ]
    return (
        f"Stratified {results.folds}-fold cross-validation over the split seeds named in the last column: mean over "
        f"all folds ± the standard error of one split, since splitting the same {request.task.unit}s again adds none. "
        f"Vocabulary and weights are fitted inside each fold, {request.task.unit}s with the same terms share a "
        f"fold, and rows with the same split have the same folds.\n\n{table(head, body)}"
    )


def by_seed(results: Results) -> str:
    """Each split of its own."""
    ours = results.ours
    body = [
        [str(seed), mean(accuracy), mean(macro_f1)]
        for seed, (accuracy, macro_f1) in zip(ours.split_seeds, ours.by_seed, strict=True)
    ]
    return table(["split seed", "accuracy", "macro-F1"], body)


def by_class(task: Task, results: Results) -> str:
    """Precision, recall and F1 of each label; of many labels, of those with the lowest F1."""
    scores, splits = results.ours, len(results.ours.split_seeds)
    counts, f1 = scores.confusion.sum(1) // splits, scores.by_class["f1"]
    names = ("precision", "recall", "f1")
    told = sorted(sorted(range(len(f1)), key=lambda n: f1[n].value)[:TOLD])
    body = [
        [plain(task.labels[n]), *(interval(scores.by_class[name][n]) for name in names), f"{counts[n]:,}"] for n in told
    ]
    text = (
        f"Over the out-of-fold predictions of all splits, with 95 % bootstrap intervals that count a {task.unit} once."
    )
    if len(told) < len(f1):
        text += f" The {len(told)} labels of {len(f1)} with the lowest F1; all of them are in `manifest.json`."
    return text + "\n\n" + table(["", "precision", "recall", "F1", f"{task.unit}s"], body)


def confused(task: Task, results: Results) -> str:
    """The pairs of labels that are most often taken for each other."""
    matrix, splits = results.ours.confusion, len(results.ours.split_seeds)
    body = [
        [
            plain(task.labels[true]),
            plain(task.labels[said]),
            f"{count / splits:,.1f}",
            f"{count / matrix[true].sum():.0%}",
        ]
        for true, said, count in pairs(matrix, PAIRS)
    ]
    if not body:
        return "No label was taken for another."
    text = "The most frequent mistakes, with their number in one split and their share of the true label."
    return text + "\n\n" + table(["true label", "answered", "times", "share"], body)


def by_agreement(results: Results, agreement: Agreement | None) -> str:
    """Accuracy at each level, beside the original's; without the lists, that there are none."""
    ours, original = results.ours.by_agreement, results.yardstick.by_agreement
    if agreement is None or not ours:
        return "Not known: no list of the annotators' agreement lay beside the data file."
    counts = agreement.counts()
    body = [
        [_level(level), f"{counts[level]:,}", interval(value, 3), interval(original[level], 3)]
        for level, value in ours.items()
    ]
    text = (
        "By the highest of the release's lists that has a sentence: at least that share of its annotators gave it its "
        "label. 95 % Wilson intervals, a sentence counted once."
    )
    head = ["agreement", "sentences", "this network", f"the original's (split {_seeds(results.yardstick)})"]
    return text + "\n\n" + table(head, body)


def learning_curve(task: Task, results: Results) -> str:
    """What is reached with fewer texts."""
    body = [
        [f"{size:,}", mean(accuracy), mean(macro_f1)]
        for size, accuracy, macro_f1 in zip(
            results.curve.sizes, results.curve.accuracy, results.curve.macro_f1, strict=True
        )
    ]
    return (
        f"The folds of split {results.ours.split_seeds[0]} and the same recipe, fitted to a part of the {task.unit}s "
        f"(so in fewer steps); mean ± standard error.\n\n"
    ) + table([f"training {task.unit}s", "accuracy", "macro-F1"], body)


def calibration(results: Results) -> str:
    """How far the probabilities are from what happened, before and after the temperature."""
    found = results.calibration
    rows = {"as trained": found.before, f"with the temperature {found.temperature:g}": found.after}
    body = [[name, f"{one.ece:.3f}", f"{one.brier:.3f}", f"{one.nll:.3f}"] for name, one in rows.items()]
    return (
        f"Logits are divided by one temperature, fitted to the out-of-fold logits of all splits by their likelihood. "
        f"The second row is measured with each fold's temperature fitted to the other folds. Expected calibration "
        f"error over {BINS} bins of equal width of the top score; Brier score summed over the labels; negative "
        f"log-likelihood in nats; all against the annotated label, mean over the splits.\n\n"
    ) + table(["", "ECE", "Brier score", "NLL"], body)


def kept(task: Task, results: Results) -> str:
    """What is kept for each target of accuracy."""
    body = [
        [
            f"{one.target:.2f}",
            f"{one.threshold:.2f}",
            f"{one.coverage:.1%}",
            f"{one.accuracy:.3f}",
            "" if one.held_out is None else f"{one.held_out:.3f}",
        ]
        for one in results.reached
    ]
    head = [
        "target accuracy",
        "score from",
        f"{task.unit}s kept",
        "accuracy of those kept",
        "with other folds' threshold",
    ]
    text = (
        f"An answer is `reliable` when its score reaches the lowest threshold from which on the accuracy of the "
        f"out-of-fold answers stays at the target or above. Thresholds that fewer than {FLOOR} {task.unit}s reach are "
        f"not judged. The last column is the accuracy where each fold's threshold was chosen on the other folds."
    )
    return text + "\n\n" + (table(head, body) if body else "No target is met at any threshold.")


def behaviour(rates: Mapping[str, Mapping[str, Any]] | None) -> str:
    """What the behaviour suite found; that it was not asked, if it was not."""
    if rates is None:
        return "Not tested: this network was published without the behaviour suite."
    body = [
        [name, f"{one['passed']:,} of {one['cases']:,}", f"{one['passed'] / one['cases']:.1%}", f"{one['floor']:.0%}"]
        for name, one in rates.items()
    ]
    text = "Made-up cases, in groups that each ask one thing (docs/behaviour.md). Below its floor nothing is published."
    return text + "\n\n" + table(["group", "passed", "share", "floor"], body)


def shape(terms: int, recipe: Recipe, labels: int) -> str:
    """The widths of a network as it is served, from its terms to its labels."""
    return " → ".join(f"{n:,}" for n in (terms, *(units * recipe.members for units in recipe.hidden), labels))


def _seeds(scores: Scores) -> str:
    return _and([str(seed) for seed in scores.split_seeds])


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _level(level: float) -> str:
    return "all" if level == 1.0 else f"{100 * level:.0f} %"
