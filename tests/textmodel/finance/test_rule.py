"""Rule 2 as a whole: a text to its terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel.finance.rule import ALL, PARTS, read, terms, terms_and_words

TURNED = ("turn:profit", "good change", "balance +1", "all good")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["balance +0"]),
        ("Nokia", ["nokia", "balance +0"]),
        ("EUR 5 mn", ["<money>", "balance +0"]),
        (
            "Profit rose",
            ["profit", "^profi", "profit rose", "moves up", "up:profit", "good motion", "balance +1", "all good"],
        ),
        (
            "Sales of EUR 5 mn in 2009",
            [
                "sales",
                "of",
                "<money>",
                "in",
                "<year>",
                "sales of",
                "of <money>",
                "<money> in",
                "in <year>",
                "balance +0",
            ],
        ),
        (
            "no award",
            ["no", "award", "no award", "not praise", "balance -1", "all bad", "not_award"],
        ),
        ("J+Ærvi", ["järvi", "balance +0"]),
        (
            "It is back in black",
            ["it", "is", "back", "in", "black", "it is", "is back", "back in", "in black", *TURNED],
        ),
    ],
)
def test_terms(text: str, expected: list[str]):
    """Words with prefixes, then pairs, then what the words make together."""
    assert terms(text) == expected


def test_a_moved_verb_is_no_term_by_itself():
    """ "fell" is good of costs and bad of profit, so it stands in pairs and motions alone."""
    assert "fell" not in terms("Costs fell")
    assert "costs fell" in terms("Costs fell")
    assert "fell" in terms("It fell")


@pytest.mark.parametrize(
    "numbers", [("EUR 13.1 mn", "EUR 8.7 mn"), ("EUR 2 mn", "EUR 1 mn"), ("$ 7,100.5 million", "$ 5 million")]
)
def test_other_numbers_and_currencies_do_not_matter(numbers: tuple[str, str]):
    """What is said of amounts depends on which is larger and by how much, not on the digits."""
    new, old = numbers
    assert terms(f"Profit went to {new} from {old}") == terms("Profit went to EUR 1.5 bn from EUR 1 bn")


@given(st.text(st.characters()), st.frozensets(st.sampled_from(sorted(PARTS))))
def test_any_parts(text: str, parts: frozenset[str]):
    """With any of its parts the rule reads any text; all parts are the rule."""
    assert terms(text, parts) == terms(text, parts)
    assert terms(text) == terms(text, ALL) == terms_and_words(text)[0]


@pytest.mark.parametrize(
    ("text", "words", "meant"),
    [
        ("Nokia's profit rose 5 %", ["nokia"], 2),
        ("not a good year, really", ["a", "year", "really"], 2),
        ("13.1 %", [], 0),
        ("", [], 0),
    ],
)
def test_words_that_a_model_may_not_know(text: str, words: list[str], meant: int):
    """Words of the tables are known whatever the vocabulary; numbers and signs are no words."""
    assert terms_and_words(text)[1:] == (words, meant)


@given(st.text(st.characters()))
def test_items_begin_in_order(text: str):
    """Each item has the raw token that it begins with."""
    reading = read(text)
    assert len(reading.begins) == len(reading.items)
    assert list(reading.begins) == sorted(set(reading.begins))
    assert all(0 <= at < len(reading.items) for c in reading.compounds for at in c.at)
