"""Whatever a text holds, it goes into the stream and comes out again."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from batch.engines.apertium.stream import Answer, decode, encode


def _plain(text: str) -> str:
    """A text as every engine may have it: composed, and with one blank where there are several."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs", "Zs") else c for c in text)
    return " ".join(unicodedata.normalize("NFC", kept).replace("\u2019", "'").split())


@given(st.integers(0, 10**6), st.text())
def test_a_chain_that_changes_nothing_gives_the_text_back(number: int, text: str):
    """Encoding and decoding are each other's opposite."""
    expected = Answer(_plain(text), [])
    assert decode(number, encode(number, text)[:-1]) == expected


@given(st.text(alphabet="^$@/\\[]{}<>*#~+aé "))
def test_no_sign_of_the_stream_is_left_in_a_text(text: str):
    """Between its marks a text has no letter with a meaning, but for the brackets of our own."""
    inside = re.sub(r"\[(?:n1|s|x[0-9a-f.]+)\]", "", encode(1, text)[:-1].decode())
    assert set(inside) & set("^$@/\\[]{}<>*#~+") == set()


@given(st.text())
def test_one_null_and_at_the_end(text: str):
    """A text is one text to the programs."""
    assert encode(1, text).index(b"\0") == len(encode(1, text)) - 1


def test_unknown_words_are_counted_and_their_marks_hidden():
    """`*` and `@` are words without a translation, `#` one without its form."""
    expected = Answer("The xyz of the home is be good", ["xyz", "home"])
    assert decode(3, b"[n3] The *xyz of the @home is #be good [n3]") == expected


def test_a_star_of_the_text_is_no_mark():
    """It travels by number."""
    expected = Answer("5* hotel *wow*", [])
    assert decode(3, encode(3, "5* hotel *wow*")[:-1]) == expected


def test_grammar_that_leaks_is_taken_away():
    """A word that could not be formed may come with its tags, `\\<prn\\>`."""
    expected = Answer("well prpers anybody", [])
    assert decode(1, rb"[n1] well #prpers\<prn\>\<p1\> anybody [n1]") == expected


def test_half_an_answer_is_none():
    """Both marks have to be there, and be those of the text."""
    assert decode(1, b"[n1] The hot") is None
    assert decode(1, b"[n2] The hotel [n2]") is None
