"""Metrics against scikit-learn's, on any confusion of up to five labels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as reference

from model_training import metrics

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1)


@given(PAIRS)
def test_values_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Labels that are never true or never predicted count 0, as with zero_division=0."""
    targets, predicted = np.array(pairs).T

    matrix = metrics.confusion(targets, predicted, 5)

    labels = list(range(5))
    expected = reference.precision_recall_fscore_support(targets, predicted, labels=labels, zero_division=0)
    assert np.array_equal(matrix, reference.confusion_matrix(targets, predicted, labels=labels))
    assert np.isclose(metrics.accuracy(matrix), reference.accuracy_score(targets, predicted))
    assert np.allclose([metrics.by_class(matrix)[name] for name in ("precision", "recall", "f1")], expected[:3])
    assert np.isclose(metrics.macro_f1(matrix), expected[2].mean())


def test_standard_error_is_of_the_mean() -> None:
    found = metrics.estimate([[0.70, 0.74, 0.78, 0.82, 0.86]])

    assert found.mean == 0.78
    assert found.se == round(np.std([0.70, 0.74, 0.78, 0.82, 0.86], ddof=1) / 5**0.5, 4)


def test_intervals_hold_the_value_and_narrow_with_more_rows() -> None:
    """A hundred times the rows: a tenth of the width."""
    few = np.array([[8, 2], [1, 9]])

    narrow, wide = (metrics.intervals(matrix, seed=0)["recall"][0] for matrix in (few * 100, few))

    assert wide.low < wide.value < wide.high
    assert 8 < (wide.high - wide.low) / (narrow.high - narrow.low) < 12


def test_rows_that_are_there_twice_do_not_narrow_an_interval() -> None:
    few = np.array([[8, 2], [1, 9]])

    assert metrics.intervals(few * 2, seed=0, repeats=2) == metrics.intervals(few, seed=0)
    assert metrics.intervals(few * 2, seed=0) != metrics.intervals(few, seed=0)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_intervals_are_those_of_scipy(total: int, share: float) -> None:
    right = round(share * total)

    found = metrics.wilson(right, total)

    expected = binomtest(right, total).proportion_ci(method="wilson")
    assert np.allclose([found.value, found.low, found.high], [right / total, *expected], atol=6e-5)


def test_intervals_are_the_same_for_a_seed() -> None:
    matrix = np.array([[8, 2], [1, 9]])

    assert metrics.intervals(matrix, seed=3) == metrics.intervals(matrix, seed=3)
