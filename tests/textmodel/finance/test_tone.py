"""Praise and alarm, negations, and the balance of all news."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel.finance.compound import Compound
from textmodel.finance.rule import read
from textmodel.finance.tone import balance, negated_words, tones


def found(text: str) -> list[str]:
    reading = read(text)
    marks = [at for at, item in enumerate(reading.items) if item.is_marked]
    return [c.term for c in tones(reading.items, marks, reading.moved)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("an award", ["praise", "praise award"]),
        ("weak demand", ["alarm", "alarm weak"]),
        ("a new partner", ["comfort", "comfort partner"]),
        ("risks remain", ["concern", "concern risk"]),
        ("no layoffs", ["not alarm"]),
        ("did not win", ["not praise"]),
        ("without any further delays", ["not alarm"]),
        ("not now or in spring a delay", ["alarm", "alarm delay"]),  # too far from the negation
        ("not now, delays", ["alarm", "alarm delay"]),  # another clause
        ("Costs fell", []),  # a verb that moves a subject is no alarm
        ("It fell", ["alarm", "alarm fell"]),
        ("Havsund's mission is to help customers", []),
        ("goods and software for tanks", []),
        ("a record loss", ["praise", "praise record", "alarm", "alarm loss"]),
        ("", []),
    ],
)
def test_tones(text: str, expected: list[str]):
    """Polar words by class and stem; a negation in reach turns them."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("will not improve in spring", ["not_improve", "not_in", "not_spring"]),
        ("not one two three four five", ["not_one", "not_two", "not_three", "not_four"]),
        ("no, thanks", []),
        ("not never again", ["not_again"]),
        ("no EUR 5 mn", ["not_<money>"]),
        ("it didn't rise", ["not_rise"]),
        ("nothing", []),
        ("sales without growth", ["not_growth"]),
        ("neither sales nor profit", ["not_sales", "not_profit"]),
        ("not", []),
    ],
)
def test_negated_words(text: str, expected: list[str]):
    """A negation reaches four items, to the end of the clause or the next negation at most."""
    items = read(text).items
    assert [c.term for c in negated_words(items, [at for at, item in enumerate(items) if item.is_marked])] == expected


@given(st.lists(st.sampled_from([-1, 0, 1])))
def test_balance(news: list[int]):
    """The sum of all news, from -3 to +3, and whether it is all of one kind."""
    terms = [c.term for c in balance([Compound("", (at,), kind) for at, kind in enumerate(news)])]
    assert int(terms[0].removeprefix("balance ")) == max(-3, min(3, sum(news)))
    kinds = {kind for kind in news if kind}
    assert terms[1:] == (["all good"] if kinds == {1} else ["all bad"] if kinds == {-1} else [])


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Profit rose and it won an award", "balance +3"),
        ("Costs rose", "balance -1"),
        ("Costs rose, profit rose", "balance +0"),
        ("The meeting is in May", "balance +0"),
        ("Profit rose to EUR 5 mn from EUR 4 mn", "all good"),
        ("Profit fell to EUR 4 mn from EUR 5 mn", "all bad"),
    ],
)
def test_balance_of_a_text(text: str, term: str):
    """Motions, changes, turns and tones all count."""
    assert term in [c.term for c in read(text).compounds]
