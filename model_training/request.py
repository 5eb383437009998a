"""What a run is asked for, and everything that can be refused before a network is fitted.

Imports neither TensorFlow, scikit-learn nor Matplotlib, so that a bad file is refused at once.
Left out: the run itself (`training`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textmodel.artifact import Artifact
from textmodel.tokens import RULES

from . import agreement, data, export, replacing, table
from .agreement import Agreement
from .dataset import Dataset
from .errors import DataError
from .recipes import ORIGINAL, SENTIMENT, Recipe, general
from .table import Columns
from .tasks import Task

FEW = 5000
"""Texts below which one split is not enough: then the luck of it shows."""
SHARES = (0.125, 0.25, 0.5)
"""Parts of the training sentences on the learning curve, below all of them."""
NAMED = 10
"""Labels that are named where there may be many."""


@dataclass(frozen=True)
class Request:
    """What to train, from what, to where."""

    task: Task
    data_path: str
    root: str
    recipe: Recipe = SENTIMENT
    yardstick: Recipe | None = ORIGINAL
    """What it is compared with; None: a logistic regression on its own terms."""
    folds: int = 5
    split_seeds: tuple[int, ...] = (0, 1, 2)
    """A split into folds each; what is compared with is judged on the first. (): as many as the data needs."""
    seed: int = 0
    version: str | None = None
    jobs: int = 1
    """Processes that fit networks at the same time; changes no number."""
    replace: bool = False
    """Whether a better artifact in place, or one that cannot be compared, may be replaced."""
    columns: Columns | None = None
    """Where a file with a header keeps texts and labels; None: it is in the form of the published release."""
    over: Mapping[str, Any] = field(default_factory=dict)
    """Values of the recipe that go over those that the data's size gives."""

    def epochs(self) -> int:
        """Epochs over all networks that this run fits."""
        networks = self.folds * (len(self.split_seeds) + len(SHARES)) + 1
        ours = networks * self.recipe.members * self.recipe.epochs
        return ours + (self.folds * self.yardstick.members * self.yardstick.epochs if self.yardstick else 0)


@dataclass(frozen=True)
class Prepared:
    """The data as read, the request with all that the data decides, and the artifact that is about to be replaced."""

    request: Request
    dataset: Dataset
    agreement: Agreement | None
    before: Artifact | None


def prepare(request: Request) -> Prepared:
    """Everything that can be refused before a network is fitted; takes well under a second.

    Raises: DataError, RequestError, KeptError.
    """
    if request.version:
        export.check_version(request.version)
    prepared = read(request)
    before = export.in_place(request.root, request.task.name, needed=request.version is None)
    if not request.replace:
        replacing.check_comparable(request.root, request.task.name, before, prepared.dataset)
    return replace(prepared, before=before)


def read(request: Request) -> Prepared:
    """The data alone, checked for the folds that are asked for.

    Raises: DataError, RequestError.
    """
    if request.columns is None:
        dataset = data.read(request.data_path, request.task.labels, request.task.layout, at_least=request.folds)
        agreed = agreement.read(request.data_path, dataset.texts, [dataset.labels[n] for n in dataset.targets])
    else:
        dataset, agreed = table.read(request.data_path, request.columns), None
    settled = _settled(request, dataset)
    _check_terms(settled, dataset)
    return Prepared(settled, dataset, agreed, before=None)


def _settled(request: Request, dataset: Dataset) -> Request:
    """The request with what the data decides: for columns its labels, and the recipe and the splits for its size."""
    if request.columns is None:
        return request
    rows = len(dataset.texts)
    return replace(
        request,
        task=replace(request.task, labels=dataset.labels),
        recipe=replace(general(rows, len(dataset.labels)), **request.over),
        yardstick=None,
        split_seeds=request.split_seeds or ((0, 1, 2) if rows < FEW else (0,)),
    )


def _check_terms(request: Request, dataset: Dataset) -> None:
    """Every label can be in every fold: it has that many texts that differ to the token rule."""
    rule = RULES[request.recipe.token_rule]
    found: list[set[frozenset[str]]] = [set() for _ in dataset.labels]
    for text, target in zip(dataset.texts, dataset.targets, strict=True):
        tokens = rule.read(text)
        if tokens.words or tokens.meant:
            found[target].add(frozenset(tokens.terms))
    counts = {label: len(different) for label, different in zip(dataset.labels, found, strict=True)}
    rare = {label: count for label, count in counts.items() if count < request.folds}
    if not rare:
        return
    if dataset.table is None:
        label, count = next(iter(rare.items()))
        expected = f"at least {request.folds} rows labelled {label!r} with different words"
        raise DataError(request.data_path, None, expected, str(count))
    expected = f"at least {request.folds} rows of every label with different words, one for each fold"
    raise DataError(request.data_path, None, expected, _rare(rare, request.folds, dataset), column=dataset.table.label)


def _rare(rare: Mapping[str, int], folds: int, dataset: Dataset) -> str:
    """What to say of labels that are too rare, and what helps."""
    counts = dataset.label_counts()
    named = ", ".join(f"{label!r} with {count}" for label, count in list(rare.items())[:NAMED])
    more = f" and {len(rare) - NAMED} more labels" if len(rare) > NAMED else ""
    enough = max(folds, *(counts[label] + 1 for label in rare))
    helps = f"--min-per-label {enough} leaves them out" if len(rare) < len(counts) else "fewer --folds need fewer"
    return f"{named}{more}; {helps}, more rows would be better"


def with_epochs(request: Request, epochs: int) -> Request:
    """The same request with fewer or more epochs for both networks, for a quick look."""
    return replace(
        request,
        recipe=replace(request.recipe, epochs=epochs),
        yardstick=request.yardstick and replace(request.yardstick, epochs=epochs),
    )
