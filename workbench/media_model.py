"""The media classifier: features of items and their labels to a model, judged beside the majority and luck.

Left out: how features are computed (`features`), what is fitted (`tabular`), where results are kept (`media`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from . import folds as folding
from . import metrics, permutation, tabular
from .errors import ColumnError, JoinError, LabelError, SubsetError
from .folds import Fold
from .metrics import Floats, Score
from .permutation import Luck
from .tabular import Kind, Tabular

FOLDS, REPEATS = 5, 5
_KEYS = ("item", "source", "model")
Say = Callable[[str, int, int], None]
"""Told what is done, how many steps of it, and of how many."""


class Dataset(NamedTuple):
    """N rows: their items, features (N, F), true labels and the groups that must stay together."""

    items: list[str]
    features: tuple[str, ...]
    rows: Floats
    labels: list[str]
    groups: list[str]
    without_truth: int = 0
    """Items that have features and no label: they can be labelled, and are not learnt from."""
    without_features: int = 0
    """Items that have a label and no features."""


class Judged(NamedTuple):
    """A cross-validation: the model, what always saying the majority gives, and what luck gives."""

    score: Score
    majority: Score
    luck: Luck | None
    by_fold: list[Score]
    """Of the first repeat."""
    given: dict[str, str]
    """Each item's label by a model that has not seen it, of the first repeat."""
    folds: int
    repeats: int


def dataset(features: pa.Table, truth: pa.Table, *, label: str = "label", group: str | None = None) -> Dataset:
    """Features (a row an item) with the labels of `truth` (columns item, `label`, and `group` if it is named).

    Raises: ColumnError; JoinError for an item twice; LabelError for an item with two labels; SubsetError for none.
    """
    names = _numbers(features)
    labels, groups = _truth(truth, label, group)
    items = [str(item) for item in features["item"].to_pylist()]
    if len(set(items)) < len(items):
        raise JoinError(
            "item", len(set(items)), len(items), len(items) - len(set(items)), "select one model's features"
        )
    known = [at for at, item in enumerate(items) if item in labels]
    if not known:
        raise SubsetError("items with features and truth", 0, f"some of {len(items)} items to be in both")
    rows = tabular.matrix({name: features[name].to_pylist() for name in names}, names)[known]
    kept = [items[at] for at in known]
    missing = len(set(labels) - set(items))
    return Dataset(
        kept, names, rows, [labels[i] for i in kept], [groups[i] for i in kept], len(items) - len(known), missing
    )


def cross_validate(
    data: Dataset, *, kind: Kind = "logistic", folds: int = FOLDS, repeats: int = REPEATS,
    rounds: int = permutation.ROUNDS, seed: int = 0, say: Say = lambda *_: None,
) -> Judged:  # fmt: skip
    """Every item judged by models that have not seen its group, `repeats` times over different folds.

    The interval draws whole groups, so repeats make it no narrower. The same cross-validation over shuffled labels,
    `rounds` times, says what luck reaches.
    Raises: LabelError, SubsetError, SplitError, as `folds.folds`.
    """
    folding.check(data.labels, data.groups, folds)
    with threadpool_limits(limits=1):  # thousands of small fits, for which threads only wait for each other
        return _cross_validated(data, kind, folds, range(seed, seed + repeats), rounds, say)


def _cross_validated(data: Dataset, kind: Kind, folds: int, seeds: range, rounds: int, say: Say) -> Judged:
    seed, repeats = seeds[0], len(seeds)
    parts = [folding.folds(data.labels, data.groups, folds, one) for one in seeds]
    given = [_given(data, data.labels, part, kind, one) for part, one in zip(parts, seeds, strict=True)]
    by_fold = [_score(data, [given[0]], seed, fold.test) for fold in parts[0]]
    luck = _luck(data, kind, folds, repeats, rounds, seed, say) if rounds else None
    majority = _score(data, [_majority(data.labels)], seed)
    seen = dict(zip(data.items, given[0], strict=True))
    return Judged(_score(data, given, seed), majority, luck, by_fold, seen, folds, repeats)


def _score(data: Dataset, given: Sequence[Sequence[str]], seed: int, rows: NDArray[np.intp] | None = None) -> Score:
    """Of all repeats together, on all rows or some; a group is drawn with all of its rows and repeats."""
    rows = np.arange(len(data.labels)) if rows is None else rows
    true, groups = _at(data.labels, rows) * len(given), _at(data.groups, rows) * len(given)
    answers = [answer for one in given for answer in _at(one, rows)]
    return metrics.judge(true, answers, sorted(set(data.labels)), groups, seed)


def train(data: Dataset, *, kind: Kind = "logistic", seed: int = 0) -> Tabular:
    """A model of all rows.

    Raises: LabelError; ColumnError.
    """
    return tabular.fit(data.rows, data.labels, data.features, kind, seed)


def label(model: Tabular, features: pa.Table) -> pa.Table:
    """Predictions as the store takes them: item, text_id "", label, score, and a column of probabilities a label.

    Raises: ColumnError where a feature of the model is not there.
    """
    rows = tabular.matrix({name: features[name].to_pylist() for name in features.column_names if name not in _KEYS},
                          model.features)  # fmt: skip
    scores = model.probabilities(rows) if len(rows) else np.zeros((0, len(model.labels)))
    best = scores.argmax(axis=1)
    return pa.table({
        "item": pa.array([str(item) for item in features["item"].to_pylist()], pa.string()),
        "text_id": pa.array([""] * len(rows), pa.string()),
        "label": pa.array([model.labels[at] for at in best], pa.string()),
        "score": pa.array(scores[np.arange(len(rows)), best], pa.float64()),
        **{name: pa.array(scores[:, n], pa.float64()) for n, name in enumerate(model.labels)},
    })  # fmt: skip


def _luck(data: Dataset, kind: Kind, folds: int, repeats: int, rounds: int, seed: int, say: Say) -> Luck:
    names = sorted(set(data.labels))

    def balanced(labels: Sequence[str]) -> float:
        found = [_given(data, labels, folding.folds(labels, data.groups, folds, one), kind, one)
                 for one in range(seed, seed + repeats)]  # fmt: skip
        matrices = [metrics.confusion(labels, one, names) for one in found]
        return float(metrics.balanced_accuracy(np.sum(matrices, axis=0)))

    def said(done: int) -> None:
        say("shuffled labels", done, rounds)

    return permutation.against_luck(balanced, data.labels, _dealt(data), rounds=rounds, seed=seed, done=said)


def _dealt(data: Dataset) -> list[str]:
    """What labels are dealt out among: groups of one label each, so that luck is as lumpy as truth; else items."""
    pure = len(set(zip(data.groups, data.labels, strict=True))) == len(set(data.groups))
    return data.groups if pure else data.items


def _given(data: Dataset, labels: Sequence[str], parts: Sequence[Fold], kind: Kind, seed: int) -> list[str]:
    """Each row's label by the model of the fold that tests it."""
    given = [""] * len(labels)
    for fold in parts:
        model = tabular.fit(data.rows[fold.train], _at(labels, fold.train), data.features, kind, seed)
        for at, answer in zip(fold.test, model.classify(data.rows[fold.test]), strict=True):
            given[at] = answer
    return given


def _majority(labels: Sequence[str]) -> list[str]:
    """The most frequent label for every row. Of all rows: where labels tie, that of a fold's others is always wrong."""
    return [next(iter(folding.sizes(labels)))] * len(labels)


def _at(values: Sequence[str], places: NDArray[np.intp]) -> list[str]:
    return [values[at] for at in places]


def _numbers(features: pa.Table) -> tuple[str, ...]:
    """The features' names: all columns of numbers.

    Raises: ColumnError.
    """
    if "item" not in features.column_names:
        raise ColumnError("the features", "item", "a column of that name", f"only {', '.join(features.column_names)}")
    for field in features.schema:
        if field.name not in _KEYS and not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
            raise ColumnError("the features", field.name, "numbers", str(field.type))
    return tuple(name for name in features.column_names if name not in _KEYS)


def _truth(truth: pa.Table, label: str, group: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Each item's label, and its group (by default itself); rows without a label are passed over."""
    for name in ("item", label, *([group] if group else [])):
        if name not in truth.column_names:
            raise ColumnError("the truth", name, "a column of that name", f"only {', '.join(truth.column_names)}")
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    rows = zip(truth["item"].to_pylist(), truth[label].to_pylist(), truth[group or "item"].to_pylist(), strict=True)
    for item, name, together in rows:
        if item is None or name is None or str(name) == "":
            continue
        if labels.setdefault(str(item), str(name)) != str(name):
            found = f"item {str(item)!r} has the labels {labels[str(item)]!r} and {str(name)!r}, one is expected"
            raise LabelError("truth", found, sorted(set(labels.values())))
        groups[str(item)] = str(item if together is None else together)
    return labels, groups
