"""The statistics, each against SciPy's or its formula's plain form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import special, stats
from scipy.stats import contingency

from textmodel.drift.stats import (
    LEAST_EXPECTED,
    chi_square,
    chi_square_p,
    cramers_v,
    distance,
    pooled,
    psi,
    upper_gamma,
    wilson,
)

ROWS = st.integers(2, 12).flatmap(
    lambda width: st.tuples(*(st.lists(st.integers(0, 5000), min_size=width, max_size=width) for _ in range(2)))
)


@settings(max_examples=500)
@given(a=st.floats(0.5, 500), x=st.floats(0, 5000))
@example(0.5, 1e-12)
@example(0.5, 1.5)
@example(31.0, 32.0)
@example(1.0, 700.0)
def test_the_incomplete_gamma_function(a: float, x: float):
    """The regularised upper function is SciPy's to twelve digits, or where both have gone to nothing."""
    expected = special.gammaincc(a, x)
    assert upper_gamma(a, x) == pytest.approx(expected, rel=1e-10, abs=1e-290)


@settings(max_examples=300)
@given(statistic=st.floats(0, 2000), degrees=st.integers(1, 63))
def test_p_values(statistic: float, degrees: int):
    """The probability of a statistic is that of SciPy's chi-square distribution."""
    assert chi_square_p(statistic, degrees) == pytest.approx(stats.chi2.sf(statistic, degrees), rel=1e-10, abs=1e-290)


@given(rows=ROWS)
def test_chi_square_of_two_rows(rows: tuple[list[int], list[int]]):
    """Statistic and degrees are those of a contingency table without its empty columns."""
    table = np.array(rows)[:, np.array(rows).sum(axis=0) > 0]
    assume(table.sum(axis=1).all())
    expected = stats.chi2_contingency(table, correction=False)
    assert chi_square(*rows) == (pytest.approx(expected.statistic, rel=1e-9, abs=1e-9), expected.dof)


@given(rows=ROWS)
def test_cramers_v_of_rows_of_equal_weight(rows: tuple[list[int], list[int]]):
    """V is SciPy's for the same shares in two rows of one size."""
    first, second = (np.array(row, dtype=np.int64) for row in rows)
    assume(first.sum() and second.sum())
    table = np.array([first * second.sum(), second * first.sum()])
    table = table[:, table.sum(axis=0) > 0]
    assume(table.shape[1] > 1)
    assert cramers_v(*rows) == pytest.approx(contingency.association(table, method="cramer"), abs=1e-9)


@given(rows=ROWS, factor=st.integers(2, 1000))
def test_v_does_not_grow_with_the_log(rows: tuple[list[int], list[int]], factor: int):
    """The same shares in a longer log are the same distance, where chi-square's p falls to nothing."""
    longer = [count * factor for count in rows[1]]
    assert cramers_v(rows[0], longer) == pytest.approx(cramers_v(*rows), abs=1e-12)


@given(rows=ROWS)
def test_the_stability_index(rows: tuple[list[int], list[int]]):
    """PSI is both relative entropies of the smoothed shares added up, and no side is the first."""
    p, q = ((np.array(row) + 0.5) / (sum(row) + 0.5 * len(row)) for row in rows)
    assert psi(*rows) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-9)
    assert psi(*rows) == pytest.approx(psi(*reversed(rows)), abs=1e-12)


def test_an_index_by_hand():
    """Shares of 0.5 and 0.5 against 0.8 and 0.2: 0.3 ln 1.6 - 0.3 ln 0.4 = 0.4159, but for the smoothing."""
    assert psi([50_000, 50_000], [80_000, 20_000]) == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4), abs=1e-4)


@given(rows=ROWS)
def test_rare_buckets_are_put_together(rows: tuple[list[int], list[int]]):
    """No answer is lost, the order stays, and what is left expects enough in both rows, or is one bucket."""
    columns = pooled(*rows)
    assert [sum(side) for side in zip(*columns, strict=True)] == [sum(row) for row in rows] or not columns
    totals = [sum(row) for row in rows]
    if len(columns) > 1:
        expected = [total * sum(column) / sum(totals) for column in columns for total in totals]
        assert min(expected) >= LEAST_EXPECTED - 1e-9
    running = np.cumsum([sum(column) for column in columns])
    assert set(running) <= set(np.cumsum(np.array(rows).sum(axis=0)))


@pytest.mark.parametrize("rows", [([], []), ([0, 0], [0, 0]), ([5, 5], [0, 0]), ([0], [7]), ([7], [7])])
def test_nothing_to_compare_is_no_distance(rows: tuple[list[int], list[int]]):
    """An empty side, or a single bucket, is no error and no proof."""
    found = distance(*rows)
    assert (found.chi_square, found.degrees, found.p_value) == (0.0, 0, 1.0)
    assert all(math.isfinite(value) for value in found)


@given(trials=st.integers(1, 10_000), share=st.floats(0, 1))
def test_wilsons_interval(trials: int, share: float):
    """The interval is SciPy's, and holds the share itself."""
    successes = round(trials * share)
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    low, high = wilson(successes, trials)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert low - 1e-12 <= successes / trials <= high + 1e-12
