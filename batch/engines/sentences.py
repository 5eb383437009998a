"""A text in pieces that end where its sentences do, for engines that take no more at once.

Left out: where a sentence ends (`textmodel.sentences`).
"""

import re
from collections.abc import Iterator

from textmodel.sentences import spans

_BLANK = re.compile(r"\s+")


def sentences(text: str) -> list[str]:
    """All of a text, sentence by sentence; what holds no word stays with the sentence before it.

    >>> sentences("Muy bueno. Volveré. :-)")
    ['Muy bueno.', 'Volveré. :-)']
    """
    starts = [0, *(start for start, _ in spans(text)[1:])]
    pieces = (text[start:past].strip() for start, past in zip(starts, [*starts[1:], len(text)], strict=True))
    return [piece for piece in pieces if piece]


def split(text: str, most: int) -> Iterator[str]:
    """The text in parts of at most `most` bytes (4 at least): whole sentences, else whole words, else letters.

    >>> list(split("Uno dos. Tres cuatro.", most=14))
    ['Uno dos.', 'Tres cuatro.']
    """
    if size(text) <= most:
        yield text
        return
    part = ""
    for piece in _pieces(text, most):
        joined = f"{part} {piece}" if part else piece
        if size(joined) > most:
            yield part
            joined = piece
        part = joined
    if part:
        yield part


def size(text: str) -> int:
    """In bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def _pieces(text: str, most: int) -> Iterator[str]:
    """Sentences; words of those that are too long; of those too long, as many letters as go for sure."""
    for sentence in sentences(text):
        if size(sentence) <= most:
            yield sentence
            continue
        for word in filter(None, _BLANK.split(sentence)):
            step = len(word) if size(word) <= most else most // 4  # four bytes are the longest letter
            yield from (word[at : at + step] for at in range(0, len(word), step))
