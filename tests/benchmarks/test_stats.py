"""Percentiles and ratios on given numbers, and against NumPy's."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import budgets, columns, flood_client, load, log_lines, report, stand_in, stats, texts

SAMPLES = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)


@given(SAMPLES, st.integers(1, 100))
def test_percentile_is_numpys_inverted_distribution(samples: list[float], percent: int) -> None:
    """The nearest rank, which needs no interpolation, is what NumPy calls inverted_cdf."""
    expected = np.percentile(samples, percent, method="inverted_cdf")
    assert stats.percentile(samples, percent) == expected


def test_p99_of_a_hundred_is_the_99th() -> None:
    """One of a hundred may be slower."""
    assert stats.percentile([*range(99), 1_000_000], 99) == 98


def test_no_samples_have_no_percentile() -> None:
    """Nothing measured is not zero."""
    with pytest.raises(ValueError, match="no samples"):
        stats.percentile([], 50)


def test_ratio_is_taken_round_by_round() -> None:
    """A round in which the machine was twice as slow for both changes nothing."""
    assert stats.ratio([10, 20, 10], [2, 4, 2]) == 5


def test_ratio_of_unequal_rounds_is_that_of_the_medians() -> None:
    """A slow contestant has fewer rounds."""
    assert stats.ratio([10, 30], [1, 2, 9]) == 10


@pytest.mark.parametrize(
    "module",
    [stats, columns, report, budgets, load, texts, flood_client, log_lines, stand_in],
    ids=lambda m: m.__name__,
)
def test_examples_in_docstrings_hold(module: object) -> None:
    """What a docstring shows is what happens."""
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed
