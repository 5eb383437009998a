"""Soft targets: a distribution a sentence, from its label, its agreement and what the recipe says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_training import targets
from model_training.recipes import SENTIMENT

LEVELS = ((1.0, 1.0), (0.75, 0.88), (0.5, 0.68))
RECIPE = replace(SENTIMENT, agreement_targets=LEVELS, rest_power=0.0)
LABELS = np.array([0, 1, 1, 1, 2, 2])


def test_the_label_has_its_levels_probability_and_the_others_share_the_rest() -> None:
    """Evenly at power 0; a level of 1 leaves nothing to share."""
    levels = np.array([0.5, 1.0, 0.75, 0.75, 0.75, 1.0])

    found = targets.soft(RECIPE, LABELS, levels, 3)

    assert found[0] == pytest.approx([0.68, 0.16, 0.16])
    assert found[1].tolist() == [0, 1, 0]
    assert found[2] == pytest.approx([0.06, 0.88, 0.06])


def test_the_rest_may_go_by_frequency() -> None:
    """Of labels 0 and 1, counted 1 and 3 times, label 2 gives a quarter and three quarters."""
    found = targets.soft(replace(RECIPE, rest_power=1.0), LABELS, np.full(6, 0.5), 3)

    assert found[4] == pytest.approx([0.08, 0.24, 0.68])


def test_without_a_known_level_the_label_is_certain() -> None:
    """No lists, a sentence on none of them, a level that the recipe does not name, a recipe that names none."""
    hard = np.eye(3)[LABELS]

    assert np.array_equal(targets.soft(RECIPE, LABELS, None, 3), hard)
    assert np.array_equal(targets.soft(RECIPE, LABELS, np.full(6, np.nan), 3), hard)
    assert np.array_equal(targets.soft(RECIPE, LABELS, np.full(6, 0.66), 3), hard)
    assert np.array_equal(targets.soft(replace(RECIPE, agreement_targets=()), LABELS, np.full(6, 0.5), 3), hard)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1.0, 0.75, 0.5, float("nan")])), min_size=1),
    st.floats(0, 2),
)
def test_every_row_is_a_distribution_whose_largest_part_is_the_label(
    rows: list[tuple[int, float]], power: float
) -> None:
    """Whatever the labels' frequencies, also of labels that are not there."""
    labels, levels = (np.array(column) for column in zip(*rows, strict=True))

    found = targets.soft(replace(RECIPE, rest_power=power), labels, levels, 4)

    assert np.allclose(found.sum(1), 1, atol=1e-6)
    assert (found >= 0).all()
    assert (found.argmax(1) == labels).all()


def test_rare_labels_weigh_more() -> None:
    """Four times rarer weighs twice as much at power -1/2; at power 0 all weigh the same."""
    labels = np.array([0] * 4 + [1] * 16)

    weights = targets.weights(labels, 2, -0.5)

    assert weights[0] == pytest.approx(2 * weights[-1])
    assert set(targets.weights(labels, 2, 0.0).tolist()) == {1.0}


@pytest.mark.parametrize(
    "wrong", [{"members": 0}, {"members": 2, "hidden": (16, 16)}, {"agreement_targets": ((1.0, 0.0),)}]
)
def test_a_recipe_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """No member, members of two hidden layers (they cannot be served as one), a label of no probability."""
    with pytest.raises(ValueError, match="expected"):
        replace(SENTIMENT, **wrong)
