"""Folds and parts of the sentences: what is judged on is apart from what is fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from model_training import corpus as corpora
from model_training import sample
from model_training.corpus import Corpus
from textmodel.tokens import RULES

LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def corpus() -> Corpus:
    """60 sentences a label; the last ten again with another case and other signs, so with the same terms."""
    rows = sample.rows(60)
    rows += [(label, text.upper().replace(".", "!")) for label, text in rows[-10:]]
    texts = np.array([text for _, text in rows], dtype=object)
    return Corpus(texts, np.array([LABELS.index(label) for label, _ in rows]), LABELS)


def test_every_sentence_is_judged_once(corpus: Corpus) -> None:
    parts = corpora.folds(corpus, 1, 5, seed=0)

    assert sorted(np.concatenate([fold.judge_on for fold in parts])) == list(range(len(corpus.texts)))
    for fold in parts:
        assert not set(fold.fit_on) & set(fold.judge_on)


def test_sentences_with_the_same_terms_share_a_fold(corpus: Corpus) -> None:
    """No model could tell them apart, so one in the fit would give the other away."""
    rule = RULES[1]
    for fold in corpora.folds(corpus, 1, 5, seed=0):
        known = {frozenset(rule(text)) for text in corpus.texts[fold.fit_on]}
        assert not known & {frozenset(rule(text)) for text in corpus.texts[fold.judge_on]}


def test_folds_are_stratified_and_decided_by_the_seed(corpus: Corpus) -> None:
    parts = corpora.folds(corpus, 1, 5, seed=0)

    for fold in parts:
        assert np.ptp(np.bincount(corpus.targets[fold.judge_on])) <= 4
    again, other = corpora.folds(corpus, 1, 5, seed=0), corpora.folds(corpus, 1, 5, seed=1)
    assert all(np.array_equal(a.judge_on, b.judge_on) for a, b in zip(parts, again, strict=True))
    assert not all(np.array_equal(a.judge_on, b.judge_on) for a, b in zip(parts, other, strict=True))


def test_smaller_subsets_are_part_of_larger_ones(corpus: Corpus) -> None:
    """The learning curve adds sentences, of every label in its own share."""
    indices = np.arange(len(corpus.texts))

    eighth, half, all_of_them = (
        set(corpora.subset(indices, corpus.targets, share, seed=0)) for share in (0.125, 0.5, 1.0)
    )

    assert eighth < half < all_of_them == set(indices)
    assert set(corpus.targets[list(eighth)]) == {0, 1, 2}


def test_levels_that_are_known_are_listed_once(corpus: Corpus) -> None:
    levels = np.array([0.5, np.nan, 1.0, 0.5])

    assert Corpus(corpus.texts[:4], corpus.targets[:4], LABELS, levels).known_levels() == [1.0, 0.5]
    assert corpus.known_levels() == []
