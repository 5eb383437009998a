"""The model card: what the weights are, what they reach, how the data was read, what they are not for.

Written by the run that trained them, so that no figure in it is typed by hand. No date and no path
of a machine is in it: the same training gives the same card. Left out: the plots' drawing (`plots`).
"""

from collections.abc import Sequence

from .agreement import FILE as AGREEMENT_FILE
from .agreement import Agreement
from .data import Dataset
from .evaluate import Results
from .metrics import Estimate, Interval
from .recipes import ORIGINAL, Recipe
from .request import Prepared, Request
from .tasks import SENTIMENT, TASKS, Task

CONFUSION, CURVE = "confusion.png", "learning_curve.png"


def card(request: Request, prepared: Prepared, version: str, terms: int, results: Results) -> str:
    """The whole card of a network over `terms` terms, as Markdown."""
    task, recipe, data = request.task, request.recipe, prepared.dataset
    sections = [
        f"# {task.title}: {task.name}-{version}",
        _summary(task, recipe, terms),
        "## Data and licence",
        f"{task.source}\n\n{task.licence}",
        "## What it reaches",
        _comparison(recipe, results),
        "### By class",
        _classes(task, results),
        f"![Confusion matrix]({CONFUSION})",
        "### More data",
        _curve(results),
        f"![Learning curve]({CURVE})",
        "## How the file was read",
        _reading(data, prepared.agreement),
        "## What it is not for",
        _list(task.not_for),
        "## How to reproduce it",
        _reproduction(request, data),
    ]
    return "\n\n".join(sections) + "\n"


def _summary(task: Task, recipe: Recipe, terms: int) -> str:
    shape = _shape(terms, recipe, len(task.labels))
    return (
        f"Gives one sentence a label ({', '.join(task.labels)}) and a probability of each. The sentence becomes "
        f"a bag of terms (token rule {recipe.token_rule} of `textmodel/tokens.py`: words, and pairs of neighbouring "
        f"words), scaled to length one, and a network of {shape} units reads the bag: no pickle, no TensorFlow and no "
        f"scikit-learn when serving. Every value of the recipe is in `manifest.json`."
    )


def _comparison(recipe: Recipe, results: Results) -> str:
    labels = len(results.ours.confusion)
    rows = [
        (f"**this network** ({_shape(recipe.max_terms, recipe, labels)})", results.ours),
        (f"the original service's ({_shape(ORIGINAL.max_terms, ORIGINAL, labels)})", results.original),
        ("always the most frequent label", results.majority),
    ]
    agree = results.ours.all_agree is not None
    head = ["", "accuracy", "macro-F1", *(["accuracy where all annotators agree"] if agree else [])]
    body = [
        [name, *map(mean, (s.accuracy, s.macro_f1)), *([mean(s.all_agree)] if s.all_agree else [])] for name, s in rows
    ]
    return (
        f"Stratified {results.folds}-fold cross-validation, mean ± standard error over the folds. Vocabulary and "
        f"weights are fitted inside each fold, sentences with the same terms share a fold, and all rows use the same "
        f"folds.\n\n" + _table(head, body)
    )


def _classes(task: Task, results: Results) -> str:
    measures = results.ours.by_class
    head = ["", "precision", "recall", "F1", "sentences"]
    body = [
        [label, *(_interval(measures[name][n]) for name in ("precision", "recall", "f1")), f"{sum(row):,}"]
        for n, (label, row) in enumerate(zip(task.labels, results.ours.confusion.tolist(), strict=True))
    ]
    return "Over all out-of-fold predictions, with 95 % bootstrap intervals.\n\n" + _table(head, body)


def _curve(results: Results) -> str:
    body = [
        [f"{size:,}", mean(accuracy), mean(macro_f1)]
        for size, accuracy, macro_f1 in zip(
            results.curve_sizes, results.curve_accuracy, results.curve_macro_f1, strict=True
        )
    ]
    head = ["training sentences", "accuracy", "macro-F1"]
    return (
        "The same folds and recipe, fitted to a part of the sentences (so in fewer steps); mean ± standard error.\n\n"
    ) + _table(head, body)


def _reading(data: Dataset, agreement: Agreement | None) -> str:
    rows = [
        [f"`{data.file}`, SHA-256 `{data.sha256[:16]}…`", f"{data.encoding}, records end with a {data.record_end}"],
        ["rows read", f"{data.rows:,}"],
        ["dropped: same text and label as an earlier row", f"{data.duplicates:,}"],
        [
            "dropped: same text with different labels",
            f"{data.contradicting_rows:,} rows of {data.contradictions:,} texts",
        ],
        ["kept as they are: rows with damaged letters (`+Æ` for ä)", f"{data.damaged:,}"],
        [
            "**used**",
            f"**{len(data.texts):,}**: " + ", ".join(f"{n:,} {label}" for label, n in data.label_counts().items()),
        ],
    ]
    if agreement:
        read = f"{agreement.lines:,} lines, {agreement.unreadable:,} unreadable"
        rows.append([f"`{AGREEMENT_FILE}`", read])
        rows.append(["used rows on which all annotators agree", f"{sum(agreement.agreed):,}"])
    why = (
        "Contradicting rows are dropped because neither label can be trusted. Damaged letters are left because "
        "serving does not repair texts: repaired in training only, they would be terms that no served text has."
    )
    return _table(["", ""], rows) + "\n\n" + why


def _reproduction(request: Request, data: Dataset) -> str:
    task, recipe = request.task, request.recipe
    usual = Request(TASKS.get(task.name, task), data_path="", root="")
    options = [
        *([f"--labels {','.join(task.labels)}"] if task.name not in TASKS or task != usual.task else []),
        *([f"--token-rule {recipe.token_rule}"] if recipe.token_rule != usual.recipe.token_rule else []),
        *([f"--epochs {recipe.epochs}"] if recipe.epochs != usual.recipe.epochs else []),
        *([f"--folds {request.folds}"] if request.folds != usual.folds else []),
        *([f"--seed {request.seed}"] if request.seed != usual.seed else []),
    ]
    command = [f"python -m model_training {task.name} --data path/to/{data.file}", *options]
    if task.name == SENTIMENT.name:  # the task of `make train`
        command = [f"make train DATA=path/to/{data.file}", *([f"ARGS='{' '.join(options)}'"] if options else [])]
    return (
        f"```\n{' '.join(command)}\n```\n\nThe same data, seed and library versions (`manifest.json`) give the same "
        f"weights to the last bit on the same kind of machine."
    )


def _shape(terms: int, recipe: Recipe, labels: int) -> str:
    return " → ".join(f"{n:,}" for n in (terms, *recipe.hidden, labels))


def mean(estimate: Estimate | None) -> str:
    """A mean with its standard error; nothing where there is none."""
    return f"{estimate.mean:.3f} ± {estimate.se:.3f}" if estimate else ""


def _interval(interval: Interval) -> str:
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
