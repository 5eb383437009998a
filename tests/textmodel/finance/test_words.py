"""One raw token by the tables: spelling, prefix, motion, subject, tone."""

# ruff: noqa: RUF001  # apostrophes are meant

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel.finance import words
from textmodel.finance.words import WORDS, Word, read_word


@pytest.mark.parametrize(
    ("raw", "terms"),
    [
        ("Up", ("up",)),
        ("Sales", ("sales",)),  # five letters are their own prefix
        ("PROFIT", ("profit", "^profi")),
        ("Nokia's", ("nokia",)),
        ("Nokia’s", ("nokia",)),
        ("company’s", ("company", "^compa")),
        ("didn’t", ("didn't", "^didn'")),
        ("year-on-year", ("year-on-year", "^year-")),
        ("S&P", ("s&p",)),
        ("Überschuss", ("überschuss", "^übers")),
        ("売上高", ("売上高",)),
    ],
)
def test_terms_of_a_word(raw: str, terms: tuple[str, ...]):
    """A word gives its lower-case spelling without a possessive, and its first five letters when it is longer."""
    assert read_word(raw).terms == terms


@pytest.mark.parametrize(
    ("raw", "motion", "subject"),
    [
        ("rose", "up", ""),
        ("FELL", "down", ""),
        ("exceeded", "up", ""),
        ("missed", "down", ""),
        ("profit", "", "profit"),
        ("EBITDA", "", "profit"),
        ("turnover", "", "sales"),
        ("impairment", "", "loss"),
        ("expenses", "", "cost"),
        ("headcount", "", "jobs"),
        ("shares", "", "price"),
        ("guidance", "", "outlook"),
        ("contract", "", ""),  # a contract is no fall
        ("tank", "", ""),
        ("table", "", ""),
    ],
)
def test_motion_and_subject(raw: str, motion: str, subject: str):
    """A verb of motion has its direction, a subject its class."""
    word = read_word(raw)
    assert (word.motion, word.subject) == (motion, subject)


@pytest.mark.parametrize(
    ("raw", "tone", "stem"),
    [
        ("disappointing", "alarm", "disappoint"),
        ("record", "praise", "record"),
        ("awarded", "praise", "award"),
        ("partners", "comfort", "partner"),
        ("partnership", "praise", "partnership"),  # the longest stem wins
        ("unprofitable", "alarm", "unprofitab"),
        ("profitable", "praise", "profitab"),
        ("damages", "concern", "damages"),
        ("damaged", "alarm", "damag"),
        ("ban", "alarm", "ban"),
        ("bank", "", ""),  # a stem of three letters stands for itself alone
        ("winter", "", ""),
        ("buyer", "", ""),
        ("granted", "praise", "grant"),
        ("Optimistic", "praise", "optimist"),
        ("optimising", "comfort", "optimi"),
        ("missing", "alarm", "miss"),
        ("missed", "alarm", "miss"),
        ("bribery", "alarm", "bribe"),
        ("sued", "alarm", "sued"),
    ],
)
def test_tone(raw: str, tone: str, stem: str):
    """The longest stem that a word begins with gives its tone; a short stem must be the whole word."""
    word = read_word(raw)
    assert (word.tone, word.stem) == (tone, stem)


@pytest.mark.parametrize("raw", ["not", "No", "n't", "didn't", "won’t", "without", "cannot", "shouldn't"])
def test_negations(raw: str):
    """Negations, in full and as an ending, with either apostrophe."""
    assert read_word(raw).negates


@pytest.mark.parametrize(
    ("raw", "digits", "is_open", "is_meant"),
    [("13.1", "13.1", False, False), ("nokia", "", True, False), ("profit", "", False, True), ("%", "", False, False)],
)
def test_known_and_open_words(raw: str, digits: str, is_open: bool, is_meant: bool):
    """A word of letters is meant by the tables or open; a number or a sign is neither."""
    word = read_word(raw)
    assert (word.digits, word.is_open, word.is_meant) == (digits, is_open, is_meant)


@given(st.text(st.characters(categories=["L"]), min_size=1))
def test_a_kept_word_is_the_word(raw: str):
    """Looking a word up twice gives what reading it gives."""
    fresh = read_word(raw)
    for kept in (WORDS[raw], WORDS[raw]):
        assert [getattr(kept, name) for name in Word.__slots__] == [getattr(fresh, name) for name in Word.__slots__]


def test_what_is_kept_is_bounded():
    """However many words are asked for, and however long, few and short ones are kept."""
    kept = words._Words()
    for number in range(3 * words._KEPT):
        assert kept[f"w{number}"].text == f"w{number}"
        assert len(kept) <= words._KEPT
    long = "x" * (words._LONGEST_KEPT + 1)
    assert kept[long].text == long
    assert long not in kept
