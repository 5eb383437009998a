"""Figures and their intervals, held against scikit-learn and against sampling one row at a time."""

import numpy as np
import pytest
from sklearn import metrics as yardstick

from workbench import metrics
from workbench.errors import LabelError

LABELS = ("angry", "happy", "sad")


def answers(rows: int, seed: int = 0) -> tuple[list[str], list[str]]:
    """Truth, and answers that are right more often than not."""
    source = np.random.default_rng(seed)
    true = source.choice(LABELS, rows, p=(0.2, 0.7, 0.1))
    return true.tolist(), np.where(source.random(rows) < 0.7, true, source.choice(LABELS, rows)).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_scikit_learns(seed: int):
    """Accuracy, balanced accuracy, macro-F1, each class's figures and the confusion are those of scikit-learn."""
    true, given = answers(300, seed)
    found = metrics.judge(true, given, LABELS)
    assert found.accuracy.value == pytest.approx(yardstick.accuracy_score(true, given))
    assert found.balanced_accuracy.value == pytest.approx(yardstick.balanced_accuracy_score(true, given))
    assert found.macro_f1.value == pytest.approx(yardstick.f1_score(true, given, average="macro"))
    assert found.matrix.tolist() == yardstick.confusion_matrix(true, given, labels=LABELS).tolist()
    each = yardstick.precision_recall_fscore_support(true, given, labels=LABELS)
    for at, label in enumerate(LABELS):
        mine = found.by_class[label]
        assert [mine[name].value for name in ("precision", "recall", "f1")] == pytest.approx([e[at] for e in each[:3]])


def test_a_class_without_rows_counts_nothing():
    """Balanced accuracy is the mean over the labels that are there, as scikit-learn has it."""
    found = metrics.judge(["happy", "angry"], ["happy", "happy"], LABELS)
    assert found.balanced_accuracy.value == 0.5


def test_the_interval_is_that_of_drawing_rows_again():
    """Multinomial draws over the cells give the bounds that drawing single rows gives, but for chance."""
    true, given = answers(400)
    found = metrics.judge(true, given, LABELS).accuracy
    right, source = np.array(true) == np.array(given), np.random.default_rng(1)
    drawn = [right[source.integers(0, 400, 400)].mean() for _ in range(4000)]
    assert (found.low, found.high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.01)


def test_repeats_make_no_interval_narrower():
    """With groups, ten copies of each row give the interval of one: they are one item's."""
    true, given = answers(100)
    items = [str(n) for n in range(100)]
    once = metrics.judge(true, given, LABELS, items)
    ten = metrics.judge(true * 10, given * 10, LABELS, items * 10)
    assert ten.balanced_accuracy == pytest.approx(once.balanced_accuracy, abs=0.01)
    loose = metrics.judge(true * 10, given * 10, LABELS).balanced_accuracy
    assert loose.high - loose.low < 0.5 * (ten.balanced_accuracy.high - ten.balanced_accuracy.low)


def test_the_same_seed_gives_the_same_bounds():
    """A figure can be measured again to the last digit."""
    true, given = answers(50)
    assert metrics.judge(true, given, LABELS, seed=3).macro_f1 == metrics.judge(true, given, LABELS, seed=3).macro_f1


def test_an_unknown_label_is_named():
    """What is neither in the model nor in the truth is no class of its own."""
    with pytest.raises(LabelError, match="'glad' is not known"):
        metrics.judge(["happy"], ["glad"], LABELS)
