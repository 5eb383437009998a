"""Where the terms of rule 2 stand in the text as sent, and what they say."""

# ruff: noqa: RUF001  # damaged letters are meant

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel.finance.scan import mend
from textmodel.finance.trace import trace


def quoted(text: str, term: str) -> list[str]:
    """What the first term of that name rests on."""
    spans = next(found.spans for found in trace(text) if found.term == term)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "term", "words"),
    [
        ("Profit rose", "up:profit", ["Profit", "rose"]),
        ("😀 Profit 😀 rose", "profit rose", ["Profit", "rose"]),
        ("J+Ærvinen rose", "järvinen", ["J+Ærvinen"]),
        ("+Ækta rose", "äkta", ["+Ækta"]),
        ("Malm+¦ rose", "malmö", ["Malm+¦"]),
        ("Malm+¦ rose", "moves up", ["rose"]),
        ("+¦+¦ +Æ x+Æx Nokia", "nokia", ["Nokia"]),
        ("company\x88EUR TMs profit", "company", ["company\x88EUR TMs"]),
        ("company\x88EUR TMs profit", "profit", ["profit"]),
        ("Ã¤Ã¤ â‚¬ 5 mn Nokia", "<money>", ["â‚¬ 5 mn"]),
        ("Ã¤Ã¤ â‚¬ 5 mn Nokia", "nokia", ["Nokia"]),
        ("e\u0301te\u0301 sales", "sales", ["sales"]),
        ("İstanbul İ sales", "sales", ["sales"]),
        ("Nokia's sales", "nokia", ["Nokia's"]),
        ("sales of US $ 13 .1 mn here", "<money>", ["US $ 13 .1 mn"]),
        ("EUR 5 mn (USD 6 mn) here", "here", ["here"]),
        ("profit of EUR 5 mn (USD 6 mn) from EUR 4 mn", "change:up:profit", ["profit", "EUR 5 mn", "EUR 4 mn"]),
        ("profit went from EUR 4 mn to EUR 5 mn", "change:up:profit", ["profit", "EUR 4 mn", "EUR 5 mn"]),
        ("did not win", "not praise", ["not", "win"]),
        ("It won an award", "all good", ["won", "award"]),
    ],
)
def test_places(text: str, term: str, words: list[str]):
    """A term's spans hold the words that it rests on, damage and all."""
    assert quoted(text, term) == words


DAMAGE = ["+Æ", "+¦", "\x88EUR TM", "â\x80\x99", "â€™", "\x92", "Ã¤", "Âµ", "â‚¬", "😀", "e\u0301", "İ", "x", " ", "."]


@given(st.lists(st.sampled_from(DAMAGE)), st.lists(st.sampled_from(DAMAGE)), st.sampled_from(["word", "w+Ærd"]))
def test_damage_around_a_word_moves_nothing(before: list[str], after: list[str], word: str):
    """Whatever is mended before and after it, a word's span holds the word as it was sent."""
    text = "".join(before) + " " + word + " " + "".join(after)
    start = len("".join(before)) + 1
    spans = [found.spans[0] for found in trace(text) if found.term == mend(word)]
    assert (start, start + len(word)) in spans


@pytest.mark.parametrize(
    ("text", "term", "says"),
    [
        ("Profit rose to EUR 13.1 mn from EUR 8.7 mn", "change:up:profit", "13.1 after 8.7: profit rose"),
        ("Sales went from EUR 13 .1 mn to EUR 8 mn", "change:down:sales", "8 after 13.1: sales fell"),
        ("Net loss narrowed to EUR 2 mn from EUR 3 mn", "change:up:result", "2 after 3: the result rose"),
        ("A loss of EUR 2 mn against a profit of EUR 1 mn", "change:down:result", "2 after 1: the result fell"),
        ("The result was EUR -3 mn, from EUR 2 mn", "change:down:profit", "-3 after 2: result fell"),
        ("About 5 % from 4 %", "change:up:nothing", "5 after 4: the amount rose"),
        ("Sales of EUR 5 mn from EUR 5 mn", "change:same:sales", "5 after 5: sales did not change"),
        ("Profit rose", "up:profit", "profit up"),
        ("a decrease in net loss", "down>loss", "loss down"),
        ("Profit did not rise", "not up:profit", "profit not up"),
        ("It returned to profit", "turn:profit", "it comes to profit"),
        ("It slipped into the red", "turn:loss", "it comes to loss"),
        ("an award", "praise", "award: good news by itself"),
        ("weak demand", "alarm", "weak: bad news by itself"),
        ("a partner", "comfort", "partner: leans to good news"),
        ("risks", "concern", "risks: leans to bad news"),
        ("no layoffs", "not alarm", "layoffs: taken back by no"),
        ("an award", "balance +1", "good news less bad news: +1"),
        ("an award", "all good", "all news is good"),
        ("EUR 5 mn", "<money>", "an amount of money"),
        ("5 %", "<percent>", "a percentage"),
        ("in 2009", "<year>", "a year"),
        ("5 May", "<day>", "a day"),
        ("5 people", "<number>", "a number"),
        ("Profit rose", "profit", ""),  # the word says it itself
        ("Profit rose", "profit rose", ""),
    ],
)
def test_what_terms_say(text: str, term: str, says: str):
    """A reason in words, where the words of the text are not the reason themselves."""
    assert next(found.says for found in trace(text) if found.term == term) == says


@given(st.lists(st.sampled_from(["Profit", "sales", "rose", "fell", "not", "award", "Nokia", ",", "(", "+Æx", "😀"])))
def test_pairs_stand_where_their_words_do(raw: list[str]):
    """Each two words side by side are a pair at their own places, in order; punctuation parts them."""
    starts = [sum(map(len, raw[:at])) + at for at in range(len(raw))]
    words = [(mend(w).lower(), (at, at + len(w))) for w, at in zip(raw, starts, strict=True) if w != "😀"]
    expected = [
        (f"{one} {other}", (place, next_place))
        for (one, place), (other, next_place) in pairwise(words)
        if one.isalpha() and other.isalpha()
    ]
    names = {f"{one} {other}" for one, _ in words for other, _ in words}
    assert [found[:2] for found in trace(" ".join(raw)) if found.term in names] == expected
