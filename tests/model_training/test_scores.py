"""What out-of-fold answers are worth: means over folds, and every sentence once where intervals are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model_training import metrics
from model_training.corpus import Corpus, Fold
from model_training.evaluate import baseline
from model_training.scores import score
from model_training.trials import OutOfFold, majority

if TYPE_CHECKING:
    from collections.abc import Callable

LABELS = ("no", "so", "yes")


@pytest.fixture
def corpus() -> Corpus:
    """A hundred texts, mostly "so"; every third of them agreed on, every third not known."""
    targets = np.random.default_rng(0).permutation([0] * 20 + [1] * 60 + [2] * 20)
    levels = np.array(([1.0, 0.5, np.nan] * 34)[:100])
    return Corpus(np.array([f"text {n}" for n in range(100)], dtype=object), targets, LABELS, levels)


@pytest.fixture
def answer(corpus: Corpus, folds: Callable[..., list[Fold]]) -> Callable[..., OutOfFold]:
    """A function: a split's seed and the sentences it has wrong to the answers of that split."""

    def make(seed: int, wrong: list[int]) -> OutOfFold:
        given = corpus.targets.copy()
        given[wrong] = (given[wrong] + 1) % 3
        logits = np.eye(3, dtype=np.float32)[given]
        return OutOfFold(seed, folds(100), logits, np.ones(100))

    return make


def test_a_perfect_answer(corpus: Corpus, answer: Callable[..., OutOfFold]) -> None:
    found = score(corpus, [answer(0, [])], seed=0)

    assert found.accuracy == found.macro_f1 == metrics.Estimate(1.0, 0.0)
    assert [interval.value for interval in found.by_agreement.values()] == [1.0, 1.0]
    assert np.array_equal(found.confusion, np.diag([20, 60, 20]))


def test_another_split_steadies_the_mean_and_not_the_error(corpus: Corpus, answer: Callable[..., OutOfFold]) -> None:
    """The same answers twice: the same mean, the same standard error, the same width of intervals."""
    one, two = (score(corpus, [answer(n, [0, 5, 6, 7]) for n in range(count)], seed=0) for count in (1, 2))

    assert two.accuracy == one.accuracy == metrics.Estimate(0.96, one.accuracy.se)
    assert one.accuracy.se > 0
    assert two.by_agreement == one.by_agreement
    assert two.by_class == one.by_class
    assert two.confusion.sum() == 2 * one.confusion.sum()
    assert (two.split_seeds, len(two.by_seed)) == ((0, 1), 2)


def test_agreement_levels_are_judged_apart(corpus: Corpus, answer: Callable[..., OutOfFold]) -> None:
    """Wrong on three of the sentences that all agree on, on none of the others."""
    wrong = np.flatnonzero(corpus.levels == 1.0)[:3].tolist()

    found = score(corpus, [answer(0, wrong)], seed=0).by_agreement

    assert list(found) == [1.0, 0.5]
    assert found[1.0].value == round(31 / 34, 4)
    assert found[0.5].value == 1.0


def test_without_lists_there_is_no_agreement(corpus: Corpus, answer: Callable[..., OutOfFold]) -> None:
    bare = Corpus(corpus.texts, corpus.targets, LABELS)

    assert score(bare, [answer(0, [])], seed=0).by_agreement == {}


def test_the_majority_is_of_the_other_folds(corpus: Corpus, folds: Callable[..., list[Fold]]) -> None:
    found = score(corpus, [majority(corpus, 0, folds(100))], seed=0)

    assert found.accuracy.mean == 0.6
    assert np.array_equal(found.confusion[:, 1], [20, 60, 20])


def test_the_baseline_counts_each_text_once_in_every_field(corpus: Corpus) -> None:
    """As the service's log does: label, score, known share, length."""
    probabilities = np.tile([0.05, 0.15, 0.8], (100, 1))

    found = baseline(corpus, probabilities, np.linspace(0, 1, 100))

    assert found["label"] == {"yes": 100}
    assert found["score"] == {"0.8-0.9": 100}
    assert found["chars"] == {"4-7": 100}
    assert [sum(counts.values()) for counts in found.values()] == [100] * 4
    assert len(found["known"]) == 10
