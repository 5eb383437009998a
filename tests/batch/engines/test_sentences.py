"""Parts of a text are small enough, whole where they can be, and lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from batch.engines.sentences import sentences, size, split


@given(st.text(alphabet="ab.! é😀\n", max_size=200), st.integers(4, 40))
def test_parts_fit_and_hold_all(text: str, most: int):
    """Without blanks, the parts together are the text."""
    parts = list(split(text, most))
    assert all(size(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_sentences_hold_all(text: str):
    """No sign is lost between two sentences."""
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_a_text_that_fits_is_left_alone():
    """Its blanks too."""
    assert list(split("Uno.  Dos. ", 100)) == ["Uno.  Dos. "]
