"""Terms to rows: the vocabulary of one artifact, and the bag of a text in it.

The bag is binary and scaled to length one, which for n distinct known terms is 1/sqrt(n) each
(scikit-learn: TfidfVectorizer(binary=True, use_idf=False, norm="l2")). Left out: how a text
becomes terms (`tokens`), and what the rows hold (`network`).
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from .tokens import Rule


class Bag(NamedTuple):
    """A text in a vocabulary."""

    rows: set[int]
    """Those of its known terms."""
    value: float
    """What each row has in the bag."""
    known: float
    """The share of its words that are known, to two digits; 0 for a text without words."""


class Vectorizer:
    """A token rule and its V terms; the position of a term is its row in the first layer."""

    def __init__(self, rule: Rule, terms: Sequence[str]) -> None:
        self.rule = rule
        self.terms = terms
        self._read = rule.read
        self._rows = {term: row for row, term in enumerate(terms)}
        self.row_of = self._rows.get

    def bag(self, text: str) -> Bag:
        """The bag of one text.

        >>> from .tokens import RULES
        >>> Vectorizer(RULES[1], ["loss", "profit"]).bag("profit loss profit margin")
        Bag(rows={0, 1}, value=0.7071067811865475, known=0.75)
        """
        terms, words, meant = self._read(text)
        rows = set(map(self.row_of, terms))
        rows.discard(None)
        count = len(words) + meant
        known = meant + sum(map(self._rows.__contains__, words))
        return Bag(rows, 1.0 / sqrt(len(rows) or 1), round(known / count, 2) if count else 0.0)  # type: ignore[arg-type]  # None was discarded
