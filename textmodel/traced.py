"""A term with its places in a text, and what it says in words.

Left out: how a rule finds them (`tokens`, `finance.trace`).
"""

from typing import NamedTuple


class Traced(NamedTuple):
    """One term of a text."""

    term: str
    spans: tuple[tuple[int, int], ...]
    """[start, end) of each word it rests on, in characters of the text as sent, in order."""
    says: str = ""
    """What it says, where the words themselves do not."""
