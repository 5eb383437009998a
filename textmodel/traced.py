"""A term with its places in a text, and what it says in words.

Left out: how a rule finds them (`tokens`, `everyday`, `finance.trace`).
"""

from collections.abc import Sequence
from typing import NamedTuple


class Traced(NamedTuple):
    """One term of a text."""

    term: str
    spans: tuple[tuple[int, int], ...]
    """[start, end) of each word it rests on, in characters of the text as sent, in order."""
    says: str = ""
    """What it says, where the words themselves do not."""


def places(text: str) -> Sequence[int]:
    """Where each character of the lower-cased text stands in the text as sent, and the end; a letter may become two.

    >>> list(places("ab")), list(places("aİb"))
    ([0, 1, 2], [0, 1, 2, 2, 3])
    """
    if len(text.lower()) == len(text):
        return range(len(text) + 1)
    return [at + (part > 0) for at, letter in enumerate(text) for part in range(len(letter.lower()))] + [len(text)]
