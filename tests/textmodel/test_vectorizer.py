"""The bag against scikit-learn's TfidfVectorizer, set to the same: binary, no idf, length one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from textmodel.tokens import RULES
from textmodel.vectorizer import Vectorizer

_SEPARATORS = st.sampled_from([" ", ", ", "\0", ". ", "\ud800", "\n", ""])


def reference(terms: tuple[str, ...]) -> TfidfVectorizer:
    return TfidfVectorizer(binary=True, use_idf=False, norm="l2", vocabulary=terms, ngram_range=(1, 2))


def same_bags(terms: tuple[str, ...], texts: list[str]) -> None:
    """Same rows, same values to 1e-12."""
    ours, theirs = Vectorizer(RULES[1], terms), reference(terms).fit_transform(texts)
    for text, row in zip(texts, theirs, strict=True):
        rows, value, _ = ours.bag(text)
        assert sorted(rows) == sorted(row.indices)
        assert all(abs(value - x) <= 1e-12 for x in row.data)


@given(st.data())
def test_any_text_as_scikit_learn(terms: tuple[str, ...], data: st.DataObject):
    """Known terms and any other text, in any order, put the same values in the same rows."""
    piece = st.sampled_from(terms) | st.sampled_from(terms).map(str.upper) | st.text(st.characters(), max_size=4)
    text = "".join(data.draw(st.lists(st.tuples(piece, _SEPARATORS).map("".join))))
    same_bags(terms, [text])


def test_a_repeat_counts_once():
    """The bag is binary: a term is in it or not."""
    expected = ({0, 1}, 1 / 2**0.5, 1.0)
    assert Vectorizer(RULES[1], ["loss", "profit"]).bag("profit loss profit") == expected


@pytest.mark.parametrize("text", ["", "unknown words only", "\ud800", "a", "\0" * 1000])
def test_no_known_term(text: str):
    """A text without a known term has an empty bag, and a value to multiply nothing by."""
    expected = (set(), 1.0, 0.0)
    assert Vectorizer(RULES[1], ["profit", "loss"]).bag(text) == expected


def test_all_terms(terms: tuple[str, ...]):
    """A text may use the whole vocabulary."""
    vectorizer = Vectorizer(RULES[1], terms)
    expected = (set(range(len(terms))), len(terms) ** -0.5)
    rows, value, _ = vectorizer.bag(" . ".join(terms))
    assert (rows, pytest.approx(value, abs=1e-15)) == expected


def test_position_is_row():
    """The position of a term in the vocabulary is its row, whatever the terms' own order."""
    expected = [{2}, {0}, {1}]
    vectorizer = Vectorizer(RULES[1], ["rose", "fell", "profit"])
    assert [vectorizer.bag(text)[0] for text in ("profit", "rose", "fell")] == expected


@pytest.mark.data
def test_real_sentences_as_scikit_learn(sentences: list[str]):
    """The published sentences over their own 4,000 most frequent terms."""
    counts = CountVectorizer(max_features=4000, ngram_range=(1, 2)).fit(sentences)
    same_bags(tuple(counts.get_feature_names_out()), sentences)


@pytest.mark.parametrize(
    ("number", "text", "known"),
    [
        (1, "profit margin", 0.5),
        (1, "profit profit margin", 0.67),  # each word as often as it is there
        (1, "margin", 0.0),
        (1, "!", 0.0),  # no word
        (2, "profit", 1.0),  # in the tables
        (2, "blorb profit", 0.5),
        (2, "blorb 13.1 %", 0.0),  # numbers are no words
        (2, "nokia blorb", 0.5),  # in the vocabulary
    ],
)
def test_known_is_the_share_of_words(number: int, text: str, known: float):
    """A word is known where it is in the vocabulary or in the rule's tables; numbers and punctuation are no words."""
    assert Vectorizer(RULES[number], ["profit", "nokia"]).bag(text).known == known


@given(st.text(st.characters()), st.sampled_from(sorted(RULES)))
def test_known_is_a_share(text: str, number: int):
    """Any text is known by 0 to 1, and one whose every term is in the vocabulary wholly."""
    rule = RULES[number]
    assert Vectorizer(rule, ["profit"]).bag(text).known in [n / 100 for n in range(101)]
    _, words, meant = rule.read(text)
    everything = Vectorizer(rule, list(dict.fromkeys(rule(text)))).bag(text)
    assert everything.known == float(bool(words or meant))
