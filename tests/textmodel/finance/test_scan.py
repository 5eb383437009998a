"""Raw tokens and mended letters, against Python's own codecs and the text itself."""

# ruff: noqa: RUF001  # dashes, apostrophes and damaged letters are meant

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textmodel.finance.scan import mend, mended_spans, token_pattern


def scan(text: str) -> list[str]:
    return token_pattern(text).findall(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("Profit rose", ["Profit", "rose"]),
        ("year-on-year", ["year-on-year"]),
        ("S&P and R&D", ["S&P", "and", "R&D"]),
        ("didn't, didn’t", ["didn't", ",", "didn’t"]),
        ("Nokia's sales", ["Nokia's", "sales"]),
        ("Nokia 's sales", ["Nokia", "sales"]),
        ("the companies' sales", ["the", "companies", "sales"]),
        ("13, 13.1, 5,1 and 1,234.5", ["13", ",", "13.1", ",", "5,1", "and", "1,234.5"]),
        ("EUR13 .1 mn", ["EUR", "13 .1", "mn"]),
        ("EUR2.803bn", ["EUR", "2.803", "bn"]),
        ("$5m (€4m)", ["$", "5", "m", "(", "€", "4", "m", ")"]),
        ("5-7 %", ["5", "-", "7", "%"]),
        ("2009–2010; −3", ["2009", "–", "2010", ";", "−", "3"]),
        ("a_b", ["a", "b"]),
        ("J\u00e4rvi e\u0301t", ["J\u00e4rvi", "e", "t"]),
        ("😀 up 😀", ["up"]),
        ("--- ...", ["-", "-", "-"]),
        ("٣.٥ %", ["٣.٥", "%"]),
        ("S 's s", ["S"]),
    ],
)
def test_tokens(text: str, tokens: list[str]):
    """Words with their hyphens and apostrophes, numbers with their points, and punctuation that means something."""
    assert scan(text) == tokens


@given(st.text(st.characters()))
@example("s s's 1.a 1..2 1 . 2")
def test_nothing_that_means_something_is_lost(text: str):
    """Every letter, digit and meant sign of a text is in a token, but for a lone s."""
    left = token_pattern(text).sub(" ", text)
    assert re.findall(r"[^\W_]|[%$€£¥(),;:−–-]", left) == ["s"] * len(re.findall(r"[^\W_]", left))


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_texts_have_the_tokens_of_any(text: str):
    """The pattern for ASCII texts finds what the general one does."""
    assert token_pattern(text).findall(text) == token_pattern("é").findall(text)


@pytest.mark.parametrize("text", ["", "é"])
def test_a_scan_never_goes_back(text: str):
    """Every repeat is possessive, so no text makes the scan look at a letter again and again."""
    repeats = re.findall(r"(?<![\\(])[+*]+", re.sub(r"\[[^]]*\]", "x", token_pattern(text).pattern))
    assert repeats
    assert set(repeats) <= {"++", "*+"}


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("J+Ærvinen", "Järvinen"),
        ("Pekka P+¦yry", "Pekka Pöyry"),
        ("company\x88EUR TMs", "company's"),
        ("company\x92s", "company's"),
        ("companyâ€™s", "company’s"),
        ("companyâ\x80\x99s", "company’s"),
        ("2009â€“2010, â€œgoodâ€\x9d", "2009–2010, “good”"),
        ("Ã„hlstrÃ¶m, Ã–sterberg, Ã\x84", "Ählström, Österberg, Ä"),
        ("â‚¬5m, â\x82¬6m", "€5m, €6m"),
        ("\x93good\x94", '"good"'),
        ("2009\x962010", "2009-2010"),
        ("Âµ and Â£5", "µ and £5"),
        ("Järvinen, Ångström, São", "Järvinen, Ångström, São"),
        ("plain", "plain"),
    ],
)
def test_mended(damaged: str, whole: str):
    """What two wrong decodings left of a letter is the letter again; what is whole stays."""
    assert mend(damaged) == whole


@given(st.text(st.characters(min_codepoint=0xA0, max_codepoint=0xFF), min_size=1))
def test_utf8_read_as_latin_1_is_mended(letters: str):
    """Python's own encoder makes the damage; each letter of Latin-1 comes back from it."""
    text = " ".join(letters)
    assert mend(text.encode().decode("latin-1")) == text


def test_utf8_read_as_windows_1252_is_mended():
    """The same for the letters of Latin-1, quotes, dashes and the euro, where that reading is possible at all."""
    mended = []
    for letter in [*map(chr, range(0xA0, 0x100)), *"–—‘’“€"]:
        try:
            damaged = letter.encode().decode("cp1252")
        except UnicodeDecodeError:
            continue
        assert mend(f"x{damaged}x") == f"x{letter}x"
        mended.append(letter)
    assert len(mended) > 90


@given(st.text(st.sampled_from("a +ÆÃ¤â€™\x88\x92EURTM¦‚¬\x80\x99😀")))
def test_mended_spans_rebuild_the_mended_text(text: str):
    """The stretches between the mended spans are as sent, and each span is as long as is said."""
    whole, end, rebuilt = mend(text), 0, 0
    for start, stop, length in mended_spans(text):
        assert whole[rebuilt : rebuilt + start - end] == text[end:start]
        rebuilt += start - end + length
        end = stop
    assert whole[rebuilt:] == text[end:]
