"""Calibration: the temperature that was put in is found, and each measure is what its definition says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from model_training import calibrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from model_training.corpus import Fold

    Draw = Callable[..., tuple[np.ndarray, np.ndarray]]
    Parts = Callable[..., list[Fold]]


@pytest.mark.parametrize("true", [0.5, 1.0, 1.7])
def test_the_temperature_that_made_the_labels_is_found(drawn: Draw, true: float) -> None:
    """Too sure, as sure as right, and too unsure."""
    logits, targets = drawn(true)

    assert calibrate.temperature(logits, targets) == pytest.approx(true, rel=0.05)


def test_no_other_temperature_is_more_likely(drawn: Draw) -> None:
    logits, targets = drawn(1.7)

    best = calibrate.temperature(logits, targets)

    at = {x: calibrate.nll(calibrate.softmax(logits, x), targets) for x in (best, *np.linspace(0.1, 5, 50))}
    assert min(at, key=at.__getitem__) == best


def test_measures_are_those_of_scikit_learn(drawn: Draw) -> None:
    """Brier score and log-likelihood; of the calibration error there is none to compare with."""
    logits, targets = drawn(1.0, 500)
    probabilities = calibrate.softmax(logits, 1.0)

    found = calibrate.measures(probabilities, targets)

    assert found.nll == pytest.approx(log_loss(targets, probabilities))
    assert found.brier == pytest.approx(brier_score_loss(targets, probabilities, scale_by_half=False))


def test_the_calibration_error_of_a_worked_example() -> None:
    """Half of the answers at .9 are right, and all at .6: (.4 * 2 + .4 * 1) / 3."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])

    found = calibrate.measures(probabilities, np.array([0, 1, 1]))

    assert found.ece == pytest.approx((0.4 * 2 + 0.4) / 3)


def test_certainty_is_in_the_last_bin() -> None:
    (only,) = calibrate.bins(np.array([[1.0, 0.0]]), np.array([0]))

    assert (only.score, only.accuracy, only.share) == (1.0, 1.0, 1.0)


def test_a_fold_is_judged_at_the_temperature_of_the_others(drawn: Draw, folds: Parts) -> None:
    """Labels of one fold changed: the others' probabilities change, its own do not."""
    logits, targets = drawn(1.5, 1000)
    parts = folds(1000)
    changed = targets.copy()
    changed[parts[0].judge_on] = (changed[parts[0].judge_on] + 1) % 3

    before, after = (calibrate.crossfitted(logits, labels, parts) for labels in (targets, changed))

    assert np.array_equal(before[parts[0].judge_on], after[parts[0].judge_on])
    assert not np.allclose(before[parts[1].judge_on], after[parts[1].judge_on], atol=1e-3)


def test_the_temperature_mends_what_it_can(drawn: Draw, folds: Parts) -> None:
    """Logits twice too large, in two splits: the error falls to noise, and no label changes."""
    logits, targets = drawn(2.0)

    found = calibrate.calibrate([logits, logits], targets, [folds(len(targets)), folds(len(targets), 4)])

    assert found.temperature == pytest.approx(2.0, rel=0.05)
    assert found.before.ece > 0.1
    assert found.after.ece < found.before.ece / 4
    assert found.after.nll < found.before.nll
    assert sum(one.share for one in found.bins_after) == pytest.approx(1)
