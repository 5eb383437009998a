"""The model card: what the weights are, what they reach, how the data was read, what they are not for.

Written by the run that trained them, so that no figure in it is typed by hand. No date and no path
of a machine is in it: the same training gives the same card. Left out: the plots' drawing (`plots`).
"""

from collections.abc import Sequence

from textmodel.artifact import Artifact

from . import card_columns
from . import card_results as results_of
from .agreement import Agreement
from .card_results import shape
from .dataset import Dataset
from .evaluate import Results
from .markdown import bullets, plain, table
from .recipes import Recipe
from .request import NAMED, Prepared, Request
from .tasks import Task

CONFUSION, CURVE = "confusion.png", "learning_curve.png"
RELIABILITY, COVERAGE = "reliability.png", "coverage.png"


def card(request: Request, prepared: Prepared, artifact: Artifact, results: Results) -> str:
    """The whole card of a network that is about to be published, as Markdown."""
    task, recipe, data = request.task, request.recipe, prepared.dataset
    own, terms = data.table is not None, len(artifact.terms)
    sections = [
        f"# {task.title}: {task.name}-{artifact.version}",
        _summary(task, recipe, terms, prepared.agreement, own=own),
        "## Data and licence",
        f"{task.source}\n\n{task.licence_note}",
        "## What it reaches",
        results_of.comparison(request, terms if own else recipe.max_terms, results),
        results_of.by_seed(results),
        "### By class",
        results_of.by_class(task, results),
        *([results_of.confused(task, results)] if own else []),
        f"![Confusion matrix]({CONFUSION})",
        *([] if own else ["### By the annotators' agreement", results_of.by_agreement(results, prepared.agreement)]),
        "### More data",
        results_of.learning_curve(task, results),
        f"![Learning curve]({CURVE})",
        "## How far to trust its probabilities",
        results_of.calibration(results),
        f"![Reliability diagram]({RELIABILITY})",
        "### Which answers to rely on",
        results_of.kept(task, results),
        f"![Accuracy and coverage]({COVERAGE})",
        *([] if own else ["## How it behaves", results_of.behaviour(artifact.about["metrics"].get("behaviour"))]),
        "## How the file was read",
        card_columns.reading(data, data.table) if data.table else _reading(data, prepared.agreement),
        "## What it is not for",
        bullets(task.not_for),
        "## How to reproduce it",
        _reproduction(request, data),
    ]
    return "\n\n".join(sections) + "\n"


def _summary(task: Task, recipe: Recipe, terms: int, agreement: Agreement | None, *, own: bool) -> str:
    taught = "" if own else f"{_taught(recipe, agreement)} "
    members = f"{recipe.members} networks averaged in their logits, as one" if recipe.members > 1 else "a network"
    return (
        f"Gives one {task.unit} a label ({_listed(task.labels)}) and a probability of each. The {task.unit} becomes "
        f"a bag of terms (token rule {recipe.token_rule} of `textmodel/tokens.py`), scaled to length one, and "
        f"{members} of {shape(terms, recipe, len(task.labels))} units reads the bag: no pickle, no TensorFlow and no "
        f"scikit-learn when serving. {taught}Every value of the recipe is in `manifest.json`."
    )


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(map(plain, labels[:NAMED])) + more


def _taught(recipe: Recipe, agreement: Agreement | None) -> str:
    """What the network was to answer."""
    if agreement is None or not recipe.agreement_targets:
        why = "no list of the annotators' agreement lay beside the data" if agreement is None else "by its recipe"
        return f"It was taught the annotated label with certainty ({why})."
    levels = ", ".join(f"{probability:.2f} at {level:g}" for level, probability in recipe.agreement_targets)
    rest = {0.0: "evenly", 1.0: "by frequency"}.get(recipe.rest_power, f"by frequency to the power {recipe.rest_power}")
    missing = f" Lists that were missing: {', '.join(agreement.missing)}." if agreement.missing else ""
    return (
        f"It was taught the annotated label with a probability by its annotators' agreement ({levels}; the other "
        f"labels share the rest {rest}), not with certainty.{missing}"
    )


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
        rows += [[f"`{one.file}`", f"{one.lines:,} lines, {one.unreadable:,} unreadable"] for one in agreement.lists]
        rows += [[f"`{file}`", "missing: its sentences count as of the next list below"] for file in agreement.missing]
        unknown = agreement.levels.count(None)
        rows.append(["used rows on no list with their label", f"{unknown:,}, taught with certainty"])
    why = (
        "Contradicting rows are dropped because neither label can be trusted. Damaged letters are left because what "
        "mends them, if anything, is the token rule, in training and in serving alike."
    )
    return table(["", ""], rows) + "\n\n" + why


def _reproduction(request: Request, data: Dataset) -> str:
    task, recipe = request.task, request.recipe
    usual = Request(task, data_path="", root="")
    seeds = ",".join(map(str, request.split_seeds))
    options = [
        *([f"--token-rule {recipe.token_rule}"] if recipe.token_rule != usual.recipe.token_rule else []),
        *([f"--epochs {recipe.epochs}"] if recipe.epochs != usual.recipe.epochs else []),
        *([f"--folds {request.folds}"] if request.folds != usual.folds else []),
        *([f"--split-seeds {seeds}"] if request.split_seeds != usual.split_seeds else []),
        *([f"--seed {request.seed}"] if request.seed != usual.seed else []),
    ]
    command = [f"make train DATA=path/to/{data.file}", *([f"ARGS='{' '.join(options)}'"] if options else [])]
    if request.columns:
        command = [card_columns.command(request, request.columns, data)]
    return (
        f"```\n{' '.join(command)}\n```\n\nThe same data, seed and library versions (`manifest.json`) give the same "
        f"weights to the last bit on the same kind of machine."
    )
