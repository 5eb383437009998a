"""Cross-validation keeps what it judges on apart from what it fits to."""

from __future__ import annotations

import numpy as np
import pytest

from model_training import evaluate, sample
from model_training.evaluate import Corpus
from textmodel.tokens import RULES

LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def corpus() -> Corpus:
    """60 sentences a label; the last ten again with another case and other signs, so with the same terms."""
    rows = sample.rows(60)
    rows += [(label, text.upper().replace(".", "!")) for label, text in rows[-10:]]
    return Corpus(
        np.array([text for _, text in rows], dtype=object),
        np.array([LABELS.index(label) for label, _ in rows]),
        LABELS,
        np.arange(len(rows)) % 2 == 0,
    )


def test_every_sentence_is_judged_once(corpus: Corpus) -> None:
    parts = evaluate.folds(corpus, 1, 5, seed=0)

    assert sorted(np.concatenate([judge_on for _, judge_on in parts])) == list(range(len(corpus.texts)))
    for fit_on, judge_on in parts:
        assert not set(fit_on) & set(judge_on)


def test_sentences_with_the_same_terms_share_a_fold(corpus: Corpus) -> None:
    """No model could tell them apart, so one in the fit would give the other away."""
    rule = RULES[1]
    for fit_on, judge_on in evaluate.folds(corpus, 1, 5, seed=0):
        known = {frozenset(rule(text)) for text in corpus.texts[fit_on]}
        assert not known & {frozenset(rule(text)) for text in corpus.texts[judge_on]}


def test_folds_are_stratified_and_decided_by_the_seed(corpus: Corpus) -> None:
    parts = evaluate.folds(corpus, 1, 5, seed=0)

    for _, judge_on in parts:
        assert np.ptp(np.bincount(corpus.targets[judge_on])) <= 4
    again, other = evaluate.folds(corpus, 1, 5, seed=0), evaluate.folds(corpus, 1, 5, seed=1)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(parts, again, strict=True))
    assert not all(np.array_equal(a[1], b[1]) for a, b in zip(parts, other, strict=True))


def test_smaller_subsets_are_part_of_larger_ones(corpus: Corpus) -> None:
    """The learning curve adds sentences, of every label in its own share."""
    indices = np.arange(len(corpus.texts))

    eighth, half, all_of_them = (
        set(evaluate.subset(indices, corpus.targets, share, seed=0)) for share in (0.125, 0.5, 1.0)
    )

    assert eighth < half < all_of_them == set(indices)
    assert set(corpus.targets[list(eighth)]) == {0, 1, 2}


def test_majority_and_agreement_are_judged_by_fold(corpus: Corpus) -> None:
    parts = evaluate.folds(corpus, 1, 5, seed=0)

    scores = evaluate.score(corpus, corpus.targets.copy(), parts, seed=0)
    baseline = evaluate.score(corpus, evaluate.majority(corpus, parts), parts, seed=0)

    assert scores.accuracy.mean == scores.macro_f1.mean == 1.0
    assert scores.all_agree is not None
    assert scores.all_agree.mean == 1.0
    assert baseline.accuracy.mean < 0.5
    assert baseline.confusion.sum() == len(corpus.texts)
