"""A term that several items of a sentence make together, where they stand, and whether it is good news.

Left out: how a rule finds one (`motion`, `change`, `tone`).
"""

from typing import NamedTuple


class Compound(NamedTuple):
    """One term that rests on the items `at`, or on all news where there are none."""

    term: str
    at: tuple[int, ...]
    news: int = 0
    """1: good for an investor; -1: bad; 0: neither, or another term of the same finding says it."""
