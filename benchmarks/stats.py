"""Percentiles, medians and ratios of samples. Left out: anything that guesses beyond the samples."""

from collections.abc import Sequence
from math import ceil
from statistics import median


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least `percent` % of all samples do not exceed (nearest rank).

    >>> percentile([3, 1, 2, 4], 50), percentile(range(1, 101), 99)
    (2, 99)
    """
    if not samples:
        raise ValueError("no samples")
    return sorted(samples)[max(1, ceil(len(samples) * percent / 100)) - 1]


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """How many times `under` goes into `over`: the median of the ratios round by round.

    Rounds lie close in time, so what disturbs the machine for a while disturbs both. Where one
    contestant had fewer rounds, the ratio of the medians.

    >>> ratio([10, 30, 20], [1, 10, 2])
    10.0
    """
    if len(over) == len(under):
        return median(a / b for a, b in zip(over, under, strict=True))
    return median(over) / median(under)
