"""Terms to rows: the vocabulary of one artifact, and the bag of a text in it.

The bag is binary and scaled to length one, which for n distinct known terms is 1/sqrt(n) each
(scikit-learn: TfidfVectorizer(binary=True, use_idf=False, norm="l2")). Left out: how a text
becomes terms (`tokens`), and what the rows hold (`network`).
"""

from collections.abc import Sequence
from math import sqrt

from .tokens import Rule


class Vectorizer:
    """A token rule and its V terms; the position of a term is its row in the first layer."""

    def __init__(self, rule: Rule, terms: Sequence[str]) -> None:
        self.rule = rule
        self.terms = terms
        self._row_of = {term: row for row, term in enumerate(terms)}.get

    def bag(self, text: str) -> tuple[set[int], float]:
        """The rows of the known terms of one text, and the value each has in the bag.

        >>> Vectorizer(str.split, ["loss", "profit"]).bag("profit loss profit margin")
        ({0, 1}, 0.7071067811865475)
        """
        rows = set(map(self._row_of, self.rule(text)))
        rows.discard(None)
        return rows, 1.0 / sqrt(len(rows) or 1)  # type: ignore[return-value]  # None was discarded

    def unknown_share(self, text: str) -> float:
        """The share of a text's terms that are not in the vocabulary; 1 for a text without terms.

        >>> Vectorizer(str.split, ["loss", "profit"]).unknown_share("profit loss margin margin")
        0.5
        """
        rows = list(map(self._row_of, self.rule(text)))
        return rows.count(None) / len(rows) if rows else 1.0
