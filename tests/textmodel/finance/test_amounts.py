"""Amounts as an economist writes them, with their kind and value."""

# ruff: noqa: RUF001  # dashes are meant

from __future__ import annotations

from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textmodel.finance.amounts import DAY, MONEY, NUMBER, SHARE, YEAR, Amount, read_amounts, value_of
from textmodel.finance.scan import token_pattern
from textmodel.finance.words import read_word


def amounts(text: str) -> list[Amount]:
    words = [read_word(raw) for raw in token_pattern(text).findall(text)]
    items, _ = read_amounts(words, [at for at, word in enumerate(words) if word.digits])
    return [item for item in items if isinstance(item, Amount)]


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("5", 5),
        ("13.1", 13.1),
        ("13 .1", 13.1),
        ("5,1", 5.1),
        ("1,234", 1234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("3.125", 3.125),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("1 ,000", 1000),
        ("12,34", 12.34),
        ("٣.٥", 3.5),
        ("007", 7),
        ("9" * 18, float("9" * 18)),
        ("9" * 19, inf),
    ],
)
def test_value_of_digits(digits: str, value: float):
    """The last point or comma parts decimals, but where it can only part thousands."""
    assert value_of(digits) == value


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_values_as_python_writes_them(whole: int, cents: int):
    """Thousands with commas or points and two decimals come back, American and European."""
    american = f"{whole:,}.{cents:02}"
    european = american.translate(str.maketrans(",.", ".,"))
    assert value_of(american) == value_of(european) == float(f"{whole}.{cents:02}")


@given(st.from_regex(r"\d+( ?[.,]\d+)*", fullmatch=True))
@example("9.9.9")
def test_every_number_token_has_a_value(digits: str):
    """Any digits that the scan finds have a value of 0 or more."""
    assert value_of(digits) >= 0


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("EUR 13.1 mn", MONEY, 13.1e6),
        ("EUR13.1mn", MONEY, 13.1e6),
        ("13.1 million euros", MONEY, 13.1e6),
        ("US $ 5 mn", MONEY, 5e6),
        ("US$5bn", MONEY, 5e9),
        ("€5m", MONEY, 5e6),
        ("Rs 5 crore", MONEY, 5e7),
        ("Rs 5 lakh", MONEY, 5e5),
        ("2 trillion yen", MONEY, 2e12),
        ("EUR 500,000", MONEY, 500_000),
        ("5 euros", MONEY, 5),
        ("EUR -5 mn", MONEY, -5e6),
        ("EUR −5 mn", MONEY, -5e6),
        ("was -5 %", SHARE, -5),
        ("was –5 %", SHARE, -5),
        ("against -0.3", NUMBER, -0.3),
        ("growth of -5 percent", SHARE, -5),
        ("( -2.5 )", NUMBER, -2.5),
        ("5 %", SHARE, 5),
        ("5 per cent", SHARE, 5),
        ("5 pct", SHARE, 5),
        ("5,5 %", SHARE, 5.5),
        ("in 2009", YEAR, 2009),
        ("2009 people", YEAR, 2009),
        ("2,009", NUMBER, 2009),
        ("1900", NUMBER, 1900),
        ("31 March", DAY, 31),
        ("Sept 3", DAY, 3),
        ("5k", NUMBER, 5000),
        ("5 people", NUMBER, 5),
        ("Aspocomp-5", NUMBER, 5),  # a hyphen that no sign of money stands before is no minus
    ],
)
def test_kind_and_value(text: str, kind: str, value: float):
    """A number with its currency, scale, percent sign and minus is one amount."""
    (amount,) = amounts(text)
    assert (amount.text, amount.value) == (kind, pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("EUR 5-7 mn", [MONEY, MONEY]),
        ("5-7 %", [NUMBER, SHARE]),
        ("15-20 %", [NUMBER, SHARE]),
        ("2008-2009", [YEAR, YEAR]),
        ("in 2006 EUR 12.5 mn", [YEAR, MONEY]),  # a currency belongs to the number after it
        ("5 EUR", [MONEY]),
        ("from 1 January to 31 March 2009", [DAY, DAY, YEAR]),
        ("EUR 5 mn (USD 6 mn)", [MONEY]),
        ("EUR 5 mn ( USD 6 mn ) and EUR 7 mn", [MONEY, MONEY]),
        ("EUR 5 mn USD 6 mn", [MONEY]),
        ("EUR 5 mn (EUR 4 mn)", [MONEY, MONEY]),  # the year before
        ("EUR 5 mn (4)", [MONEY, NUMBER]),
        ("EUR 5 mn (USD 6 mn", [MONEY, MONEY]),  # no bracket ends it
        ("", []),
    ],
)
def test_several_amounts(text: str, kinds: list[str]):
    """Ranges are two amounts; a conversion into another currency is none."""
    assert [amount.text for amount in amounts(text)] == kinds


@pytest.mark.parametrize(("text", "deltas"), [("by EUR 5 mn to EUR 7 mn", [True, False]), ("of EUR 5 mn", [False])])
def test_deltas(text: str, deltas: list[bool]):
    """By how much something changed is not what it was."""
    assert [amount.is_delta for amount in amounts(text)] == deltas


@pytest.mark.parametrize(("text", "bare"), [("EUR 5 mn to EUR 7", [False, True]), ("5 % and 6", [False, True])])
def test_bare_amounts(text: str, bare: list[bool]):
    """An amount without a scale may share another's."""
    assert [amount.is_bare for amount in amounts(text)] == bare


@given(st.lists(st.sampled_from("EUR $ 5 6.1 mn % ( ) - , by us 2009 word k per cent March €".split())))  # noqa: SIM905
def test_items_begin_where_their_words_do(raw: list[str]):
    """Every word is in the item that it is said to be in, or in a conversion that is left out, in order."""
    words = [read_word(token) for token in raw]
    items, begins = read_amounts(words, [at for at, word in enumerate(words) if word.digits])
    assert len(items) == len(begins)
    end = 0
    for item, begin in zip(items, begins, strict=True):
        assert begin >= end
        end = begin + (item.width if isinstance(item, Amount) else 1)
        if not isinstance(item, Amount):
            assert item == words[begin]
        else:
            assert item.digits in raw[begin:end]
    assert end <= len(words)
