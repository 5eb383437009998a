"""The bar that a target sets, against the definition written out."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel import TextModelError
from textmodel.errors import TargetError
from textmodel.reliability import Bars, Row, threshold

TABLE = [(0.4, 0.9, 0.75), (0.6, 0.6, 0.92), (0.7, 0.5, 0.88), (0.8, 0.3, 0.92), (0.9, 0.1, 0.97)]
_shares = st.integers(0, 100).map(lambda n: n / 100)
_tables = st.lists(st.tuples(_shares, _shares, _shares), unique_by=lambda row: row[0]).map(sorted)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (0.5, (0.4, 0.9)),
        (0.75, (0.4, 0.9)),
        (0.76, (0.6, 0.6)),
        (0.88, (0.6, 0.6)),
        (0.9, (0.8, 0.3)),
        (0.92, (0.8, 0.3)),
        (0.95, (0.9, 0.1)),
        (0.98, None),
    ],
)
def test_the_smallest_threshold_that_holds_from_there_on(target: float, expected: tuple[float, float] | None):
    """A row that reaches the target below one that does not, as 0.6 for 0.9, was luck and is not taken."""
    assert threshold(TABLE, target) == expected


@given(_tables, _shares)
def test_the_definition_written_out(table: list[Row], target: float):
    """Of the rows from which on all are accurate enough, the first."""
    good = [row for n, row in enumerate(table) if all(accuracy >= target for _, _, accuracy in table[n:])]
    expected = good[0][:2] if good else None
    assert threshold(table, target) == expected


@given(_tables, _shares, _shares)
def test_more_accuracy_keeps_no_more_texts(table: list[Row], one: float, other: float):
    """A higher target never has a lower threshold."""
    low, high = (threshold(table, target) for target in sorted((one, other)))
    assert high is None or (low is not None and low[0] <= high[0])


def test_without_a_table_no_target_is_met():
    """What was not measured is not promised."""
    assert Bars(()).bar(0.01) == (inf, 0.0, ("target-not-met",))


def test_a_bar_tells_what_a_target_asks():
    """A target that is met has a threshold, a coverage and no warning; one that is not says so."""
    bars = Bars(TABLE)
    assert bars.bar(0.9) == (0.8, 0.3, ())
    assert bars.bar(0.99) == (inf, 0.0, ("target-not-met",))


@pytest.mark.parametrize("target", [0, 1, 0.0, 1.0, -0.1, 1.5, nan, inf, -inf, True, "high", None, 10**400])
def test_a_target_that_is_none(target: Any):
    """Whatever is no number between 0 and 1 is refused, and the error shows it."""
    with pytest.raises(TargetError) as caught:
        Bars(TABLE).bar(target)
    assert isinstance(caught.value, TextModelError)
    assert str(caught.value) == f"expected a target above 0 and below 1, found {target!r}"


def test_each_target_is_looked_up_once_and_few_are_kept():
    """The look-up of a request costs a read of a bounded cache, whatever targets are asked for."""
    bars = Bars(TABLE)
    for target in (0.9, 0.9, 0.8, *(n / 1000 for n in range(1, 1000)), 0.9):
        bars.bar(target)
    found = bars.bar.cache_info()
    assert (found.hits, found.currsize) == (1, found.maxsize)
