"""How good answers are: confusion, accuracy, balanced accuracy, F1 by class, each with a 95 % interval.

    matrix[i, j]   how many rows of true label i were given label j                          (L, L)

Left out: what is judged (`emotion`, `media_model`) and whether it is better than luck (`permutation`).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import LabelError

Floats = NDArray[np.float64]
RESAMPLES = 2000
_CELLS = 4_000_000
"""Numbers of resampled matrices held at once."""


class Interval(NamedTuple):
    """A figure, and the bounds of its middle 95 % over resamples."""

    value: float
    low: float
    high: float


class Score(NamedTuple):
    """What is said of one set of answers; `by_class` is label -> measure -> interval."""

    rows: int
    labels: tuple[str, ...]
    matrix: NDArray[np.int64]
    accuracy: Interval
    balanced_accuracy: Interval
    macro_f1: Interval
    by_class: dict[str, dict[str, Interval]]


def judge(
    true: Sequence[str], given: Sequence[str], labels: Sequence[str], groups: Sequence[str] | None = None, seed: int = 0
) -> Score:
    """The score of answers `given` for rows whose labels are `true`.

    Resamples draw whole `groups` with replacement (rows of one item stand or fall together); without them, rows.
    Raises: LabelError where a label of either is not among `labels`.
    """
    cells = _positions("truth", true, labels) * len(labels) + _positions("answers", given, labels)
    patterns, counts = _patterns(cells, groups, len(labels) ** 2)
    matrix = (counts @ patterns).reshape(len(labels), len(labels))
    drawn = _drawn(patterns, counts, len(labels), seed)
    measure = {name: _interval(work, matrix, drawn) for name, work in _MEASURES.items()}
    names = ("precision", "recall", "f1")
    classes = {
        label: {name: _interval(partial(_of_class, name, at), matrix, drawn) for name in names}
        for at, label in enumerate(labels)
    }
    return Score(len(true), tuple(labels), matrix, **measure, by_class=classes)


def confusion(true: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """The matrix (L, L) alone.

    Raises: LabelError.
    """
    cells = _positions("truth", true, labels) * len(labels) + _positions("answers", given, labels)
    return np.bincount(cells, minlength=len(labels) ** 2).reshape(len(labels), len(labels))


def accuracy(matrix: NDArray[np.int64]) -> Floats:
    """The share of right answers.

    >>> float(accuracy(np.array([[3, 1], [0, 4]])))
    0.875
    """
    return _share(np.trace(matrix, axis1=-2, axis2=-1), matrix.sum((-2, -1)))


def balanced_accuracy(matrix: NDArray[np.int64]) -> Floats:
    """The mean recall of the labels that are there, so that a rare one counts as much as a frequent one.

    >>> float(balanced_accuracy(np.array([[9, 0], [1, 0]])))
    0.5
    """
    there = matrix.sum(-1) > 0
    return _share(np.where(there, by_class(matrix)["recall"], 0.0).sum(-1), there.sum(-1))


def macro_f1(matrix: NDArray[np.int64]) -> Floats:
    """The mean F1 of the labels."""
    mean: Floats = by_class(matrix)["f1"].mean(-1)
    return mean


def by_class(matrix: NDArray[np.int64]) -> dict[str, Floats]:
    """Precision, recall and F1 (..., L); 0 where nothing was given or true."""
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    given, true = matrix.sum(-2), matrix.sum(-1)
    return {"precision": _share(right, given), "recall": _share(right, true), "f1": _share(2 * right, given + true)}


def _of_class(name: str, at: int, matrix: NDArray[np.int64]) -> Floats:
    return by_class(matrix)[name][..., at]


_MEASURES: dict[str, Callable[[NDArray[np.int64]], Floats]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
}


def _positions(place: str, names: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    at = {label: number for number, label in enumerate(labels)}
    unknown = sorted(set(names) - set(at))
    if unknown:
        raise LabelError(place, f"{unknown[0]!r} is not known", labels)
    return np.fromiter((at[name] for name in names), np.int64, len(names))


def _patterns(
    cells: NDArray[np.int64], groups: Sequence[str] | None, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different confusion matrices of single groups (P, L * L), and how many groups have each (P,)."""
    if groups is None:
        found, counts = np.unique(cells, return_counts=True)
        return np.eye(size, dtype=np.int64)[found], counts
    _, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    each = np.zeros((group.max(initial=-1) + 1, size), np.int64)
    np.add.at(each, (group, cells), 1)
    patterns, counts = np.unique(each, axis=0, return_counts=True)
    return patterns, counts


def _drawn(patterns: NDArray[np.int64], counts: NDArray[np.int64], labels: int, seed: int) -> NDArray[np.int64]:
    """RESAMPLES matrices (R, L, L): to draw groups with replacement is one multinomial draw over their patterns."""
    source, total = np.random.default_rng(seed), int(counts.sum())
    at_once = max(1, _CELLS // max(1, len(patterns)))
    parts = [
        source.multinomial(total, counts / total, min(at_once, RESAMPLES - done)) @ patterns
        for done in range(0, RESAMPLES, at_once)
    ]
    return np.concatenate(parts).reshape(-1, labels, labels)


def _interval(
    measure: Callable[[NDArray[np.int64]], Floats], matrix: NDArray[np.int64], drawn: NDArray[np.int64]
) -> Interval:
    low, high = np.percentile(measure(drawn), [2.5, 97.5])
    return Interval(float(measure(matrix)), float(low), float(high))


def _share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Floats:
    return np.asarray(part / np.maximum(whole, 1), dtype=np.float64)
