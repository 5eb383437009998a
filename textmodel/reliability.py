"""How sure an answer must be to be right as often as was asked: thresholds on the score, from cross-validation.

A table has rows (threshold, coverage, accuracy), thresholds ascending: of the texts that training did not
see, the share `coverage` had a score of at least `threshold`, and of those the share `accuracy` was right.
Answers below a threshold are kept back, which buys accuracy with coverage (El-Yaniv and Wiener, On the
Foundations of Noise-free Selective Classification, JMLR 2010). Left out: how the table is made.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple

from .errors import TargetError

DEFAULT_TARGET = 0.9
TARGET_NOT_MET = "target-not-met"
_KEPT = 64  # targets of a process; more are looked up again
Row = tuple[float, float, float]


def threshold(table: Sequence[Row], target: float) -> tuple[float, float] | None:
    """The smallest threshold from which on every row is at least as accurate as `target`, and its coverage.

    None where no threshold is. A row that was lucky below one that was not does not count:

    >>> threshold([(0.5, 1.0, 0.91), (0.6, 0.9, 0.88), (0.7, 0.7, 0.93), (0.8, 0.4, 0.96)], 0.9)
    (0.7, 0.7)
    >>> threshold([(0.5, 1.0, 0.91)], 0.95) is None
    True
    """
    found = None
    for limit, coverage, accuracy in reversed(table):
        if not accuracy >= target:
            break
        found = limit, coverage
    return found


class Bar(NamedTuple):
    """What a target asks of an answer."""

    threshold: float
    """The score from which on it is met; infinite where it never is."""
    coverage: float
    """The share of texts whose score reaches the threshold."""
    warnings: tuple[str, ...]
    """That it never is met, or nothing."""


class Bars:
    """One table's bars, each looked up once for the targets that are asked for."""

    def __init__(self, table: Sequence[Row]) -> None:
        self._table = tuple(table)
        self.bar = lru_cache(_KEPT)(self._bar)

    def _bar(self, target: float) -> Bar:
        """The bar of a target.

        Raises: TargetError when it is no number between 0 and 1.
        """
        if not isinstance(target, float | int) or not 0 < target < 1:
            raise TargetError(target)
        found = threshold(self._table, target)
        return Bar(*found, ()) if found else Bar(inf, 0.0, (TARGET_NOT_MET,))
