"""What a run is asked for, and everything that can be refused before a network is fitted.

Imports neither TensorFlow, scikit-learn nor Matplotlib, so that a bad file is refused at once.
Left out: the run itself (`training`).
"""

from dataclasses import dataclass, replace

from textmodel.artifact import Artifact
from textmodel.tokens import RULES

from . import agreement, data, export, replacing
from .agreement import Agreement
from .data import Dataset
from .errors import DataError
from .recipes import ORIGINAL, SENTIMENT, Recipe
from .tasks import Task

SHARES = (0.125, 0.25, 0.5)
"""Parts of the training sentences on the learning curve, below all of them."""


@dataclass(frozen=True)
class Request:
    """What to train, from what, to where."""

    task: Task
    data_path: str
    root: str
    recipe: Recipe = SENTIMENT
    yardstick: Recipe = ORIGINAL
    folds: int = 5
    split_seeds: tuple[int, ...] = (0, 1, 2)
    """A split into folds each; what is compared with is judged on the first."""
    seed: int = 0
    version: str | None = None
    jobs: int = 1
    """Processes that fit networks at the same time; changes no number."""
    replace: bool = False
    """Whether a better artifact in place, or one that cannot be compared, may be replaced."""

    def epochs(self) -> int:
        """Epochs over all networks that this run fits."""
        networks = self.folds * (len(self.split_seeds) + len(SHARES)) + 1
        ours = networks * self.recipe.members * self.recipe.epochs
        return ours + self.folds * self.yardstick.members * self.yardstick.epochs


@dataclass(frozen=True)
class Prepared:
    """The data as read, and the artifact that is about to be replaced."""

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
        replacing.check_comparable(request.root, request.task.name, before, prepared.dataset.sha256)
    return replace(prepared, before=before)


def read(request: Request) -> Prepared:
    """The data alone, checked for the folds that are asked for.

    Raises: DataError.
    """
    dataset = data.read(request.data_path, request.task.labels, request.task.layout, at_least=request.folds)
    agreed = agreement.read(request.data_path, dataset.texts, [dataset.labels[n] for n in dataset.targets])
    _check_terms(request, dataset)
    return Prepared(dataset, agreed, before=None)


def _check_terms(request: Request, dataset: Dataset) -> None:
    """Every label can be in every fold: it has that many sentences that differ to the token rule."""
    rule = RULES[request.recipe.token_rule]
    found: list[set[frozenset[str]]] = [set() for _ in dataset.labels]
    for text, target in zip(dataset.texts, dataset.targets, strict=True):
        tokens = rule.read(text)
        if tokens.words or tokens.meant:
            found[target].add(frozenset(tokens.terms))
    for label, different in zip(dataset.labels, found, strict=True):
        if len(different) < request.folds:
            expected = f"at least {request.folds} rows labelled {label!r} with different words"
            raise DataError(request.data_path, None, expected, str(len(different)))


def with_epochs(request: Request, epochs: int) -> Request:
    """The same request with fewer or more epochs for both networks, for a quick look."""
    return replace(
        request,
        recipe=replace(request.recipe, epochs=epochs),
        yardstick=replace(request.yardstick, epochs=epochs),
    )
