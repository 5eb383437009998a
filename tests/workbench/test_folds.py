"""Folds by item, and labels that were dealt out anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import folds, permutation
from workbench.errors import LabelError, SplitError, SubsetError


@given(st.integers(2, 5), st.integers(0, 1000), st.integers(1, 4))
def test_every_row_is_tested_once_and_no_item_on_both_sides(count: int, seed: int, rows: int):
    """Whatever the seed and however many rows an item has."""
    items = [f"item {n}" for n in range(20) for _ in range(rows)]
    labels = ["ab"[int(item.split()[1]) % 2] for item in items]
    made = folds.folds(labels, items, count, seed)
    assert sorted(np.concatenate([fold.test for fold in made])) == list(range(len(items)))
    for fold in made:
        assert {items[n] for n in fold.train} & {items[n] for n in fold.test} == set()
        assert {labels[n] for n in fold.train} == {"a", "b"}


def test_the_same_seed_gives_the_same_folds_and_another_others():
    """Folds are decided by the seed alone."""
    labels, items = ["a", "b"] * 20, [str(n) for n in range(40)]
    first, again, other = (folds.folds(labels, items, 5, seed) for seed in (1, 1, 2))
    assert all((a.test == b.test).all() for a, b in zip(first, again, strict=True))
    assert any(a.test.tolist() != b.test.tolist() for a, b in zip(first, other, strict=True))


def test_what_cannot_be_divided_is_refused():
    """One class, or a label with fewer items than folds, says what would do."""
    with pytest.raises(LabelError, match="1 class"):
        folds.folds(["a"] * 9, list("123456789"), 3)
    with pytest.raises(SubsetError, match=r"label 'b': 2 rows, expected 3 items or more.*ask for 2 folds"):
        folds.folds(list("aaabb"), list("12345"), 3)
    with pytest.raises(SubsetError, match="leave the label out"):
        folds.folds(list("aaab"), list("1234"), 3)
    with pytest.raises(SubsetError, match="label 'b': 1 rows"):  # two rows of one item are one item
        folds.folds(list("aaabb"), list("12344"), 2)


def test_an_item_on_both_sides_is_refused():
    """The check that stands behind every fold does find one."""
    fold = folds.Fold(np.array([0, 1]), np.array([2]))
    with pytest.raises(SplitError, match="1 items are in more than one part, such as 'hamlet'"):
        folds.check_apart(fold, ["hamlet", "macbeth", "hamlet"])


def test_luck_is_counted_as_it_should():
    """p is (1 + rounds as high) / (1 + rounds): 1 for a score that all labels reach, 1/20 for one that none does."""
    labels, items = ["a", "b"] * 10, [str(n) for n in range(20)]
    same = permutation.against_luck(lambda _: 0.5, labels, items, rounds=19)
    assert (same.p, same.mean, same.highest) == (1.0, 0.5, 0.5)
    only = permutation.against_luck(lambda given: float(given == labels), labels, items, rounds=19)
    assert (only.p, only.score, only.highest) == (0.05, 1.0, 0.0)


def test_rows_of_an_item_keep_one_label():
    """Labels are dealt out among items, each as often as before."""
    items = [str(n // 3) for n in range(30)]
    labels = ["ab"[int(item) % 2] for item in items]
    dealt = permutation.shuffled(labels, items, np.random.default_rng(0))
    of_item = dict(zip(items, dealt, strict=True))
    assert [of_item[item] for item in items] == dealt
    assert sorted(of_item.values()) == ["a"] * 5 + ["b"] * 5
