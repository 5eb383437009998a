"""Texts in their stored form: the same when done twice, and fit for UTF-8 and PostgreSQL."""

import unicodedata
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from batch.normalise import normalise, storable, text_hash
from store.address import parse
from tests.store.postgres import Postgres

ANY = st.text(st.characters())  # surrogates and NUL among them
BLANK = st.text(st.sampled_from("  \t\n\r\u2028\u3000\u00a0\x1f"), min_size=1)
MARKED = st.text(st.sampled_from("aeou \u0301\u0323\u030a\u2000\u212b\u1e9b\ud800\0"))


@given(ANY | MARKED)
@settings(max_examples=500)
def test_twice_is_once(given_text: str):
    """What is normal stays as it is."""
    once = normalise(given_text)
    assert normalise(once) == once


@given(ANY | MARKED)
def test_form(given_text: str):
    """NFC, single blanks, none at the ends, UTF-8, no NUL."""
    found = normalise(given_text)
    assert unicodedata.is_normalized("NFC", found)
    assert found.split() == [word for word in found.split(" ") if word]
    assert "  " not in found
    assert found == found.strip()
    assert "\0" not in found
    assert found.encode().decode() == found


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1)), st.lists(BLANK, min_size=30))
def test_blanks_do_not_matter(words: list[str], blanks: list[str]):
    """Texts that differ in blanks alone are the same text."""
    other = "".join(blank + word for blank, word in zip(blanks * 10, words, strict=False))
    assert normalise(other) == normalise(" ".join(words))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_compositions_do_not_matter(given_text: str):
    """Composed or decomposed, it is one text with one hash."""
    forms = {text_hash(normalise(unicodedata.normalize(form, given_text))) for form in ("NFC", "NFD")}
    assert len(forms) == 1


def test_only_what_cannot_be_stored_is_replaced():
    """Each lone surrogate and NUL by itself; case, signs and emoji are kept."""
    expected = "NO!! \ufffd\ufffd\ufffd 😀 ﬁ"
    assert normalise("NO!!  \ud83d\0\ude00 😀 ﬁ") == expected


def test_hash():
    """The first 32 hexadecimal digits of SHA-256 in UTF-8."""
    assert text_hash("Größe") == sha256("Größe".encode()).hexdigest()[:32]


def test_postgresql_takes_every_text(postgres: Postgres):
    """A real server gives back what it was given, for each code point and for mixtures of them."""
    every = ["".join(map(chr, range(start, start + 4096))) for start in range(0, 0x110000, 4096)]
    given_texts = [storable(one) for one in every] + [normalise(one) for one in every]
    engine = create_engine(parse(postgres.url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE t (n int, content text)"))
        rows = [{"n": n, "content": content} for n, content in enumerate(given_texts)]
        connection.execute(text("INSERT INTO t VALUES (:n, :content)"), rows)
        found = [content for (content,) in connection.execute(text("SELECT content FROM t ORDER BY n"))]
    engine.dispose()
    assert found == given_texts
