"""Token rules against scikit-learn's analyzer, an independent implementation of the same rule."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textmodel.tokens import RULES, words_1_2

analyze = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
CATEGORIES = sorted({unicodedata.category(chr(point)) for point in range(sys.maxunicode + 1)})


def test_rule_numbers_are_fixed():
    """An artifact names its rule by number, so a number keeps its rule for ever."""
    assert RULES[1] is words_1_2


def test_words_then_pairs():
    """All words come before all pairs, both in the order of the text, repeats kept."""
    expected = ["net", "loss", "net", "loss", "net loss", "loss net", "net loss"]
    assert words_1_2("Net LOSS, net loss.") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", []),
        ("a b c", []),
        ("ab", ["ab"]),
        ("\0\0", []),
        ("ab\0cd", ["ab", "cd", "ab cd"]),
        ("\ud800ab\udfff", ["ab"]),
        ("\U0001f600\U0001f600", []),
        ("\u0130l", []),  # lower-cased to i, a combining dot, l
        ("e\u0301te\u0301", ["te"]),  # a combining accent parts words
        ("Stra\u00dfe \u00df", ["stra\u00dfe"]),
        ("\uff11\uff12 \u0661\u0662", ["\uff11\uff12", "\u0661\u0662", "\uff11\uff12 \u0661\u0662"]),
        ("\u0391\u03a3", ["\u03b1\u03c2"]),  # a sigma that ends a word
        ("don't ab_c __", ["don", "ab_c", "__", "don ab_c", "ab_c __"]),
    ],
)
def test_edges(text: str, expected: list[str]):
    """A word is two or more word characters of the lower-cased text; everything else only parts words."""
    assert words_1_2(text) == expected


@given(st.text(st.characters()))
@example("\ud800\udfff ab\ud800cd \0\0 \U0001f600ab")
@example("\u0130STANBUL \u0131\u0130 \u00df\u1e9e \uff11\uff12\uff13 e\u0301a\u0301 \ufb03\u01c4")
def test_any_text_as_scikit_learn(text: str):
    """Rule 1 gives the terms of CountVectorizer(ngram_range=(1, 2)) in its order."""
    assert words_1_2(text) == analyze(text)


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=25)
@given(data=st.data())
def test_every_unicode_category_as_scikit_learn(category: str, data: st.DataObject):
    """Characters of one category, between letters, digits and spaces."""
    text = data.draw(st.text(st.characters(categories=[category]) | st.sampled_from("aZ0_ -.\0\u0307"), min_size=1))
    assert words_1_2(text) == analyze(text)


def test_every_character_as_scikit_learn():
    """Each of the 1,114,112 code points alone, doubled, inside a word, and beside one."""
    for start in range(0, sys.maxunicode + 1, 4096):
        text = " ".join(f"{c} {c}{c} ab{c}cd {c}ef" for c in map(chr, range(start, start + 4096)))
        assert words_1_2(text) == analyze(text)


@pytest.mark.data
def test_real_sentences_as_scikit_learn(sentences: list[str]):
    """Every published sentence gives scikit-learn's terms."""
    assert [words_1_2(text) for text in sentences] == [analyze(text) for text in sentences]
