"""Whether a probability of .8 is right four times out of five, and the temperature that brings it there.

Logits (N, L) are divided by one temperature before the softmax, which moves every probability and no
label: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*, ICML 2017.
It is fitted to out-of-fold logits, pooled over the splits; what it reaches is measured with the temperature
of the other folds alone, since a figure from the sentences that it was fitted to would flatter it.
Left out: which answers to rely on (`coverage`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from .corpus import Floats, Fold, Indices

BINS = 15
"""Of equal width over the top score."""
LOWEST, HIGHEST = 0.05, 20.0
_GOLDEN = (sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Measures:
    """How far probabilities are from what happened; 0 is best for each."""

    ece: float
    """Expected calibration error: mean distance of top score and accuracy over the bins, by their sentences."""
    brier: float
    """Mean squared distance of all L probabilities from the truth, summed over the labels: 0 to 2."""
    nll: float
    """Mean negative log-likelihood of the annotated label, in nats."""


@dataclass(frozen=True)
class Bin:
    """The answers of one bin of the reliability diagram."""

    score: float
    accuracy: float
    share: float


@dataclass(frozen=True)
class Calibration:
    """The temperature, and the means over the splits of what is reached without and with it."""

    temperature: float
    before: Measures
    after: Measures
    bins_before: tuple[Bin, ...]
    bins_after: tuple[Bin, ...]


def calibrate(logits: Sequence[NDArray[np.float32]], targets: Indices, parts: Sequence[Sequence[Fold]]) -> Calibration:
    """Out-of-fold logits (B, L) and folds of each split, with the targets (B,) of all, to what is known of them."""
    before = [softmax(one, 1.0) for one in logits]
    after = [crossfitted(one, targets, folds) for one, folds in zip(logits, parts, strict=True)]
    pooled = np.tile(targets, len(logits))
    return Calibration(
        temperature=round(temperature(np.concatenate(logits), pooled), 4),
        before=_mean([measures(one, targets) for one in before]),
        after=_mean([measures(one, targets) for one in after]),
        bins_before=bins(np.concatenate(before), pooled),
        bins_after=bins(np.concatenate(after), pooled),
    )


def temperature(logits: NDArray[np.float32], targets: Indices) -> float:
    """The temperature of least negative log-likelihood; logits (N, L), targets (N,).

    The loss has one minimum in the temperature's logarithm, as it is convex in the inverse.
    """
    return exp(_least(lambda x: nll(softmax(logits, exp(x)), targets), log(LOWEST), log(HIGHEST)))


def crossfitted(logits: NDArray[np.float32], targets: Indices, parts: Sequence[Fold]) -> Floats:
    """The probabilities (B, L) of one split, each fold's at the temperature of the other folds."""
    found = np.empty(logits.shape)
    for fold in parts:
        others = fold.fit_on  # of this split, so answered by networks that were not fitted to them
        found[fold.judge_on] = softmax(logits[fold.judge_on], temperature(logits[others], targets[others]))
    return found


def softmax(logits: NDArray[np.float32], temperature: float) -> Floats:
    """Logits (N, L) to probabilities.

    >>> softmax(np.array([[0.0, 0.0]]), 1.5).tolist()
    [[0.5, 0.5]]
    """
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(1, keepdims=True))
    probabilities: Floats = exponentials / exponentials.sum(1, keepdims=True)
    return probabilities


def nll(probabilities: Floats, targets: Indices) -> float:
    """Mean negative log-likelihood of the targets (N,) under probabilities (N, L)."""
    of_target = probabilities[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(of_target, np.finfo(np.float64).tiny)).mean())


def measures(probabilities: Floats, targets: Indices) -> Measures:
    """All three, of probabilities (N, L) and targets (N,)."""
    truth = np.eye(probabilities.shape[1])[targets]
    error = sum(one.share * abs(one.score - one.accuracy) for one in bins(probabilities, targets))
    return Measures(float(error), float(((probabilities - truth) ** 2).sum(1).mean()), nll(probabilities, targets))


def bins(probabilities: Floats, targets: Indices) -> tuple[Bin, ...]:
    """The bins that hold an answer, lowest first.

    >>> bins(np.array([[0.9, 0.1], [0.92, 0.08], [0.4, 0.6]]), np.array([0, 1, 1]))[1]
    Bin(score=0.91, accuracy=0.5, share=0.6666666666666666)
    """
    scores, right = probabilities.max(1), probabilities.argmax(1) == targets
    number = np.minimum((scores * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(float(scores[inside].mean()), float(right[inside].mean()), float(inside.mean()))
        for inside in (number == n for n in range(BINS))
        if inside.any()
    )


def _mean(of_splits: Sequence[Measures]) -> Measures:
    rows = [(one.ece, one.brier, one.nll) for one in of_splits]
    return Measures(*(round(float(mean), 4) for mean in np.mean(rows, axis=0)))


def _least(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one minimum is least: J. Kiefer's golden-section search, 1953."""
    while high - low > 1e-6:
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if loss(left) <= loss(right) else (left, high)
    return (low + high) / 2
