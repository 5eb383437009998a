"""Where sentences end: what a person would say, offsets that hold, and one pass over any text."""

# ruff: noqa: RUF001  # letters and marks of other scripts are meant

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textmodel import sentences
from textmodel.sentences import Gap, ends_here, spans

# each a text, given as its sentences; between them stands one blank
PLAIN = {
    "two": ["Profit rose.", "Sales fell."],
    "tokenised": ["Profit rose .", "Sales fell ."],
    "tokenised quotes": ["`` Profit rose , '' he said .", "`` Sales fell . ''", "It ended ."],
    "tokenised title": ["Mr . Ala left .", "Sales fell ."],
    "marks": ["Really?", "Yes!", "No?!", "Sales fell!!", "Well."],
    "a mark, then a small letter": ["Yahoo! shares rose.", "It ended."],
    "an ellipsis": ["Sales fell ...", "Nokia said so."],
    "an ellipsis that goes on": ["Sales fell ... and rose again.", "It ended."],
    "an ellipsis of one character": ["Sales fell…", "Nokia said so."],
    "quotes after the stop": ['He said: "We grew."', "Sales fell.", "She said: “No.”", "It ended."],
    "brackets after the stop": ["Sales fell (by 5 %.)", "[It rose.]", "It ended."],
    "quotes before": ["Sales fell.", '"We grew," he said.', "«Oui.»", "It ended."],
    "companies": ["Nokia Oyj. shares rose.", "It was sold to Stora Enso Corp. Finland by Kone Inc. in May."],
    "a company at the end": ["It was sold to Nokia Corp.", "The company said so.", "Fazer Ltd.", "Sales fell."],
    "initials": ["J. P. Morgan met A. B. Ala.", "It ended."],
    "countries": ["Nokia's U.S. unit and U.K. Bank rose.", "It left the U.S.", "Sales fell."],
    "times": ["It opens at 9 a.m. Monday and closes at 5 p.m.", "The bell rings."],
    "titles": ["Mr. Ala, Dr. Virtanen and Prof. Smith met Mrs. Jones.", "They left."],
    "for example": ["Phones, e.g. Nokia's, i.e. Finnish ones, rose.", "It ended."],
    "about": ["It costs approx. EUR 5 mn, cf. Table 3.", "It ended."],
    "numbers' words": ["No. 5 and Nos. 6 on p. 12 rose.", "The answer is No.", "Sales fell."],
    "months": ["On Jan. 4 and Dec. 24 sales fell.", "It rose in Sept.", "Nokia said so."],
    "units": ["Sales rose to EUR 5 mn.", "Profit fell 3 pct.", "In all it was 2 bn.", "Nokia said so."],
    "decimal points": ["It rose to EUR 13.1 mn from 13 .1 mn.", "It fell to EUR 5. 1 mn.", "It ended."],
    "a year at the end": ["Sales fell in 2009.", "2010 was better."],
    "a share": ["It owns 9.99 %.", "The rest is free."],
    "a list in a line": ["1. Sales fell.", "2. Costs rose."],
    "dashes in a line": ["Sales fell .", "- Costs rose .", "– It ended - or not."],
    "addresses": ["See www.nokia.com or mail a.b@nokia.com for more.", "It ended."],
    "emoji": ["Profit 🚀 rose 👨‍👩‍👧.", "😀 Sales fell.", "🇫🇮!", "It ended."],
    "combining marks": ["Caf\u0065\u0301 Oy rose.", "E\u0301tat fell."],
    "no capital letters to tell": ["الأرباح ارتفعت.", "المبيعات انخفضت؟", "نعم."],
    "Hindi": ["लाभ बढ़ा।", "बिक्री घटी।"],
    "money": ["Sales fell.", "$5 mn was lost.", "€3 mn was won."],
    "percent": ["Sales rose 5 %.", "Costs fell 3%.", "It ended."],
}  # fmt: skip


@pytest.mark.parametrize("expected", PLAIN.values(), ids=PLAIN)
def test_sentences_of_a_line(expected: list[str]):
    """Sentences end where a reader of financial news would say."""
    text = " ".join(expected)
    if expected == PLAIN["emoji"]:
        expected = [*expected[:2], expected[3]]  # a flag by itself says nothing in words
    assert [text[start:end] for start, end in spans(text)] == expected


LINES = {
    "headlines": ("Nokia slumps\nEricsson gains 3%\nKone up", ["Nokia slumps", "Ericsson gains 3%", "Kone up"]),
    "CRLF": ("Nokia slumps\r\nKone up.\r\n\r\nIt ended.", ["Nokia slumps", "Kone up.", "It ended."]),
    "bare CR": ("Nokia slumps\rKone up", ["Nokia slumps", "Kone up"]),
    "line and paragraph separators": (
        "Nokia slumps\u2028Kone up\u2029it ended", ["Nokia slumps", "Kone up", "it ended"],
    ),
    "a line that goes on below": (
        "Nokia said on\nMonday that\nsales fell.", ["Nokia said on\nMonday that\nsales fell."],
    ),
    "a comma": ("Nokia, Kone,\nNeste rose.", ["Nokia, Kone,\nNeste rose."]),
    "a blank line always ends": ("Sales of\n\nphones", ["Sales of", "phones"]),
    "a blank line with blanks": ("Sales of\n \t\nphones", ["Sales of", "phones"]),
    "bullets": ("Highlights:\n- Sales fell\n• Costs rose\n* up\n1) First\n(b) second",
                ["Highlights:", "- Sales fell", "• Costs rose", "* up", "1) First", "(b) second"]),
    "blanks around": (" \t\n Sales fell. \u00a0 It ended. \n ", ["Sales fell.", "It ended."]),
    "no-break spaces": (
        "Sales\u00a0fell.\u00a0It rose to 13\u00a0000.", ["Sales\u00a0fell.", "It rose to 13\u00a0000."],
    ),
    "Japanese": (
        "売上高は増加した。利益は減少した！「良い。」終わり",
        ["売上高は増加した。", "利益は減少した！", "「良い。」", "終わり"],
    ),
    "Chinese and Latin": ("诺基亚下跌。Nokia fell.「好」？是", ["诺基亚下跌。", "Nokia fell.「好」？", "是"]),
    "a rule": ("Sales fell.\n-----\nCosts rose.", ["Sales fell.", "Costs rose."]),
    "a table": ("Nokia;13.1;8.7\nKone;5.1;3.2", ["Nokia;13.1;8.7", "Kone;5.1;3.2"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES)
def test_sentences_of_lines(text: str, expected: list[str]):
    """Line ends, blank lines, bullets and full stops without blanks end sentences too."""
    assert [text[start:end] for start, end in spans(text)] == expected


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", ".", ". . .", "?!", "「」。", "😀", "- - -", "\u00a0", "***"])
def test_what_holds_no_letter_or_digit_has_no_sentence(text: str):
    """Blanks, marks and pictures alone are no sentence."""
    assert spans(text) == []


_texts = st.lists(
    st.sampled_from([".", "!", "…", "。", '"', ")", " ", "\n", "\r\n", "\u00a0", "a", "A", "Inc", "5", "-", "e\u0301",
                     "😀", "Sales fell.", "\ud800"]) | st.text(st.characters(), max_size=3)
).map("".join)  # fmt: skip


@given(_texts)
@example("Sales fell. Costs rose.")
def test_spans_are_places_in_the_text_as_it_is(text: str):
    """In order, apart from each other, without blanks at their ends; all that is left out holds no word."""
    found, place = spans(text), 0
    for start, end in found:
        assert place <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not any(c.isalnum() for c in text[place:start])
        place = end
    assert not any(c.isalnum() for c in text[place:])


@given(_texts, _texts)
def test_a_blank_line_parts_texts(one: str, other: str):
    """Two texts with a blank line between have the sentences of each: nothing looks across it."""
    found = spans(f"{one}\n\n{other}")
    assert found == spans(one) + [(start + len(one) + 2, end + len(one) + 2) for start, end in spans(other)]


@given(st.lists(st.sampled_from(["Sales fell.", "Costs rose 5 %.", "Mr. Ala left!", "Was it 13.1 mn?"]), min_size=1))
def test_sentences_put_together_come_apart(parts: list[str]):
    """Any row of plain sentences is split where it was joined."""
    text = " ".join(parts)
    assert [text[start:end] for start, end in spans(text)] == parts


LONG = 50_000
UNITS = [".", "a", "A", " ", "7", ",", "(", '"', ". ", "a ", "A. ", "1. ", "7 ", "。", "\n", "a\n", "- ", 'a." ', "A.",
         "\r\n", "5. 1 ", "Inc. ", "'' ", "é", "😀 ", "\u0301"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_long_texts_take_one_pass(unit: str):
    """Each gap of a text of 50,000 characters is looked at once, and what is looked at is no longer than the text."""
    text = (unit * LONG)[:LONG]
    seen: list[Gap] = []

    def counting(gap: Gap) -> bool:
        seen.append(gap)
        return ends_here(gap)

    assert spans(text, counting) == spans(text)
    assert len(seen) <= len(text)
    assert sum(len(gap.left) + len(gap.blanks) for gap in seen) <= len(text)


def test_no_pattern_goes_back():
    """Every repetition of the one scan is possessive, so that no text makes it search twice."""
    pattern = sentences._pieces.pattern
    marks = pattern.replace("]++", "").replace("]*+", "")
    assert "]+" not in marks
    assert "]*" not in marks


def test_ten_thousand_sentences():
    """A text of 10,000 sentences has 10,000 places."""
    rng = random.Random(5)
    parts = [rng.choice(["Sales fell.", "Nokia Corp. rose 13.1 %.", "Why?"]) for _ in range(10_000)]
    text = " ".join(parts)
    assert [text[start:end] for start, end in spans(text)] == parts
