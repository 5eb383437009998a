"""The features of both recipes against scikit-learn's own vectorizers, and against the served bag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from model_training import features, sample
from model_training.errors import VocabularyError
from model_training.recipes import ORIGINAL, SENTIMENT
from textmodel.tokens import RULES
from textmodel.vectorizer import Vectorizer

PLAIN = replace(SENTIMENT, token_rule=1)
TEXTS = [text for _, text in sample.rows(60)] + ["rose, rose and rose again", ""]


def test_the_original_features_are_the_original_services() -> None:
    """The yardstick counts exactly what CountVectorizer(max_features=4000, ngram_range=(1, 2)) counts."""
    original = CountVectorizer(max_features=4000, ngram_range=(1, 2)).fit(TEXTS)

    ours = features.fit(ORIGINAL, TEXTS)

    assert ours.get_feature_names_out().tolist() == original.get_feature_names_out().tolist()
    assert np.array_equal(features.dense(ours, TEXTS), original.transform(TEXTS).toarray())


def test_our_features_are_tf_idf_without_idf() -> None:
    """Terms and values as by scikit-learn's own tokenizer."""
    reference = TfidfVectorizer(ngram_range=(1, 2), binary=True, use_idf=False, max_features=PLAIN.max_terms)
    reference.fit(TEXTS)

    ours = features.fit(PLAIN, TEXTS)

    assert ours.get_feature_names_out().tolist() == reference.get_feature_names_out().tolist()
    assert np.abs(features.dense(ours, TEXTS) - reference.transform(TEXTS).toarray()).max() < 1e-6


@pytest.mark.parametrize("number", RULES)
def test_a_text_has_the_same_bag_in_training_and_in_serving(number: int) -> None:
    """Whichever rule: the rows that serving finds are those that training filled, with the same value."""
    fitted = features.fit(replace(SENTIMENT, token_rule=number), TEXTS)
    served = Vectorizer(RULES[number], fitted.get_feature_names_out().tolist())

    for row, text in zip(features.dense(fitted, TEXTS), TEXTS, strict=True):
        bag = served.bag(text)
        expected = np.zeros(row.size)
        expected[list(bag.rows)] = bag.value
        assert np.abs(row - expected).max() < 1e-6


@pytest.mark.parametrize("number", RULES)
def test_texts_without_a_word_are_refused(number: int) -> None:
    """Punctuation is nothing to learn from."""
    with pytest.raises(VocabularyError, match=f"expected terms of token rule {number} to learn from, found none"):
        features.fit(replace(SENTIMENT, token_rule=number), ["!", "? ?", ""])
