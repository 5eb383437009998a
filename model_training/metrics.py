"""Confusion matrices to accuracy, precision, recall and F1, with standard errors and intervals.

A confusion matrix is (L, L): rows are the true labels, columns the predicted ones; every function
also takes a stack of them (..., L, L). Left out: where predictions come from (`evaluate`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_CELLS = 1 << 22  # of resampled matrices in memory: 32 MB
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean over folds and its standard error."""

    mean: float
    se: float


@dataclass(frozen=True)
class Interval:
    """A value over all out-of-fold predictions and its 95 % interval."""

    value: float
    low: float
    high: float


def estimate(splits: Sequence[Sequence[float]]) -> Estimate:
    """Mean over all folds of all splits, and its standard error: that of one split, by one value a fold.

    Another split of the same sentences adds no sentences, so it steadies the mean and the error's own
    estimate, but the error is not divided by the number of splits.

    >>> estimate([[0.7, 0.8, 0.9]])
    Estimate(mean=0.8, se=0.0577)
    """
    variance = np.mean([np.var(values, ddof=1) / len(values) for values in splits])
    return Estimate(round(float(np.mean([np.mean(values) for values in splits])), 4), round(sqrt(variance), 4))


def wilson(right: float, total: float) -> Interval:
    """A share with its 95 % interval: E. B. Wilson, *Probable inference*, JASA 22, 1927.

    >>> wilson(9, 10)
    Interval(value=0.9, low=0.5958, high=0.9821)
    """
    share, z2 = right / total, 1.959964**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = sqrt(z2 * (share * (1 - share) / total + z2 / (4 * total**2))) / (1 + z2 / total)
    return Interval(round(share, 4), round(middle - half, 4), round(middle + half, 4))


def confusion(targets: NDArray[np.intp], predicted: NDArray[np.intp], labels: int) -> NDArray[np.intp]:
    """How often each label (row) was given each label (column).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    return np.bincount(targets * labels + predicted, minlength=labels * labels).reshape(labels, labels)


def pairs(matrix: NDArray[np.intp], most: int) -> list[tuple[int, int, int]]:
    """The `most` frequent mistakes of one matrix: true label, predicted label, how often.

    >>> pairs(np.array([[5, 1, 0], [3, 5, 0], [0, 0, 5]]), 10)
    [(1, 0, 3), (0, 1, 1)]
    """
    wrong = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    found = zip(*np.unravel_index(order, matrix.shape), strict=True)
    return [(int(true), int(said), int(wrong[true, said])) for true, said in found if wrong[true, said]]


def most_confused(matrix: NDArray[np.intp], most: int) -> list[int]:
    """The `most` labels that have part in the most mistakes of one matrix, in label order.

    >>> most_confused(np.array([[5, 0, 0], [0, 5, 2], [0, 0, 5]]), 2)
    [1, 2]
    """
    wrong = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    return sorted(np.argsort(-(wrong.sum(0) + wrong.sum(1)), kind="stable")[:most].tolist())


def accuracy(matrix: NDArray[np.intp]) -> Floats:
    """The share of right answers; 0 where there are none to judge."""
    return _share(np.trace(matrix, axis1=-2, axis2=-1), matrix.sum((-2, -1)))


def by_class(matrix: NDArray[np.intp]) -> dict[str, Floats]:
    """Precision, recall and F1 of each label, (..., L); 0 where nothing was predicted or true.

    >>> by_class(np.array([[1, 1], [0, 1]]))["recall"].tolist()
    [0.5, 1.0]
    """
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    predicted, true = matrix.sum(-2), matrix.sum(-1)
    return {
        "precision": _share(right, predicted),
        "recall": _share(right, true),
        "f1": _share(2 * right, predicted + true),
    }


def macro_f1(matrix: NDArray[np.intp]) -> Floats:
    """The mean of the labels' F1."""
    mean: Floats = by_class(matrix)["f1"].mean(-1)
    return mean


def intervals(matrix: NDArray[np.intp], seed: int, repeats: int = 1) -> dict[str, list[Interval]]:
    """Precision, recall and F1 of each label over one matrix that holds each row `repeats` times, with 95 % intervals.

    Drawing N rows again with replacement is one multinomial draw over the cells; N counts each row once.
    """
    total = int(matrix.sum())
    source, shares = np.random.default_rng(seed), matrix.ravel() / total
    at_once = max(1, _CELLS // matrix.size)  # the same draws, however many at once
    resampled = [
        by_class(
            source.multinomial(total // repeats, shares, min(at_once, RESAMPLES - done)).reshape(-1, *matrix.shape)
        )
        for done in range(0, RESAMPLES, at_once)
    ]
    return {
        name: [
            Interval(*(round(float(x), 4) for x in (value, *np.percentile(drawn[:, n], [2.5, 97.5]))))
            for n, value in enumerate(values)
        ]
        for name, values in by_class(matrix).items()
        for drawn in [np.concatenate([part[name] for part in resampled])]
    }


def _share(part: NDArray[np.intp], whole: NDArray[np.intp]) -> Floats:
    return np.asarray(part / np.maximum(whole, 1), dtype=np.float64)
