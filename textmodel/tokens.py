"""Text to tokens: the numbered token rules, each from a text to its list of terms.

    1   words and pairs of neighbouring words, for any subject
    2   what a sentence of financial news says (`finance`)
    3   what people write every day, in any language that parts words by spaces (`everyday`)

An artifact names the rule it was trained with, so a rule never changes once an artifact uses it:
a better one gets the next number. Left out: which terms a model knows (`vectorizer`).
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from . import everyday
from .finance import rule as finance
from .traced import Traced, places

_word = re.compile(r"\w\w+")  # the longest runs, so they begin and end at a word boundary
_words = _word.findall


class Tokens(NamedTuple):
    """A text as a rule reads it."""

    terms: list[str]
    """All terms, with repeats."""
    words: list[str]
    """Of the words, those that a model knows only where they are among its terms."""
    meant: int = 0
    """How many words more the rule itself knows, by its tables."""


class Rule(NamedTuple):
    """One way to read a text."""

    read: Callable[[str], Tokens]
    trace: Callable[[str], list[Traced]]
    """The same terms with their places."""
    reduced: Callable[..., list[str]]
    """The terms of a text that its `parts` alone give."""
    parts: Mapping[str, str]
    """What the rule consists of beside words, by name."""

    def __call__(self, text: str) -> list[str]:
        """The terms alone."""
        return self.read(text).terms

    def without(self, part: str) -> Callable[[str], list[str]]:
        """The rule's terms as they would be without one of its parts.

        >>> RULES[1].without("pairs")("Profit rose")
        ['profit', 'rose']
        """
        return partial(self.reduced, parts=frozenset(self.parts) - {part})


def words_1_2(text: str) -> Tokens:
    """Rule 1: lower-cased words of two or more word characters, then each pair of neighbours.

    The same terms in the same order as the defaults of scikit-learn's CountVectorizer
    (token_pattern, lowercase) with ngram_range=(1, 2), for every text Python can hold.

    >>> words_1_2("Profit rose 5 % to EUR 13.1 mn").terms
    ['profit', 'rose', 'to', 'eur', '13', 'mn', 'profit rose', 'rose to', 'to eur', 'eur 13', '13 mn']
    """
    words = _words(text.lower())
    return Tokens(words + list(map(" ".join, pairwise(words))), words)


def _trace_words(text: str) -> list[Traced]:
    """The terms of rule 1 with their places."""
    sent = places(text)
    found = [(one[0], (sent[one.start()], sent[one.end()])) for one in _word.finditer(text.lower())]
    single = [Traced(word, (span,)) for word, span in found]
    return single + [Traced(f"{a} {b}", (one, other)) for (a, one), (b, other) in pairwise(found)]


def _some_words(text: str, parts: frozenset[str]) -> list[str]:
    return words_1_2(text).terms if "pairs" in parts else words_1_2(text).words


def _read_finance(text: str) -> Tokens:
    return Tokens(*finance.terms_and_words(text))


def _read_everyday(text: str) -> Tokens:
    return Tokens(*everyday.terms_and_words(text))


def _trace_finance(text: str) -> list[Traced]:
    from .finance.trace import trace  # what few requests ask for is imported by the first that does

    return trace(text)


RULES: dict[int, Rule] = {
    1: Rule(words_1_2, _trace_words, _some_words, {"pairs": "pairs of neighbours"}),
    2: Rule(_read_finance, _trace_finance, finance.terms, finance.PARTS),
    3: Rule(_read_everyday, everyday.trace, everyday.terms, everyday.PARTS),
}
