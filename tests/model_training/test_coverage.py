"""The table of thresholds: counted as a slow obvious version counts, and without rows of luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model_training import calibrate, coverage
from model_training.coverage import FLOOR
from textmodel.reliability import threshold

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def answers(drawn: Callable[..., tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities (2000, 3) and the labels."""
    logits, targets = drawn(1.0, 2000)
    return calibrate.softmax(logits, 1.0), targets


def test_rows_are_counted_over_all_splits(answers: tuple[np.ndarray, np.ndarray]) -> None:
    """Threshold, share of the answers that reach it, share of those that is right; from 1 / L on."""
    probabilities, targets = answers
    other = probabilities[:, ::-1]

    rows = coverage.rows([probabilities, other], targets)

    scores = [*probabilities.max(1), *other.max(1)]
    right = [*(probabilities.argmax(1) == targets), *(other.argmax(1) == targets)]
    for limit, share, accuracy in (rows[0], rows[30]):
        kept = [hit for score, hit in zip(scores, right, strict=True) if score >= limit]
        assert share == pytest.approx(len(kept) / 4000, abs=5e-5)
        assert accuracy == pytest.approx(sum(kept) / len(kept), abs=5e-5)
    assert rows[0][:2] == (0.34, 1.0)


def test_thresholds_that_few_reach_have_no_row(answers: tuple[np.ndarray, np.ndarray]) -> None:
    """Fewer than the floor, counting a sentence once: a hundred answers in two splits are fifty sentences."""
    probabilities, targets = answers
    last = coverage.rows([probabilities], targets)[-1]
    few = probabilities[: FLOOR - 1], targets[: FLOOR - 1]

    assert last[1] * 2000 >= FLOOR
    assert coverage.rows([few[0]], few[1]) == ()
    assert coverage.rows([few[0], few[0]], few[1]) == ()


def test_what_a_target_keeps_is_what_serving_keeps(
    answers: tuple[np.ndarray, np.ndarray], folds: Callable[..., list]
) -> None:
    """By the served rule; and its accuracy on folds that did not choose is close to that where it was chosen."""
    probabilities, targets = answers
    table = coverage.rows([probabilities], targets)

    found = coverage.reached(table, [probabilities], targets, [folds(2000)])

    assert [one.target for one in found] == [0.8, 0.85, 0.9, 0.95]
    for one in found:
        assert (one.threshold, one.coverage) == threshold(table, one.target)
        assert one.accuracy >= one.target
        assert one.held_out == pytest.approx(one.accuracy, abs=0.03)
        assert one.held_out != one.accuracy


def test_a_target_that_is_never_met_is_left_out(
    answers: tuple[np.ndarray, np.ndarray], folds: Callable[..., list]
) -> None:
    """Labels that no answer tells: right a third of the time at any threshold."""
    probabilities, targets = answers
    shuffled = np.random.default_rng(1).permutation(targets)
    table = coverage.rows([probabilities], shuffled)

    assert table
    assert coverage.reached(table, [probabilities], shuffled, [folds(2000)]) == ()
