"""Text to tokens: the numbered token rules, each from a text to its list of terms.

    1   words and pairs of neighbouring words, for any subject
    2   what a sentence of financial news says (`finance`)
    3   as 1, and a word keeps its marks: for any language that parts words by spaces

An artifact names the rule it was trained with, so a rule never changes once an artifact uses it:
a better one gets the next number. Left out: which terms a model knows (`vectorizer`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from .finance import rule as finance
from .traced import Traced

_word = re.compile(r"\w\w+")  # the longest runs, so they begin and end at a word boundary
_words = _word.findall
# Signs that stand in words and are no word characters to Python: accents by themselves, points of Hebrew and Arabic,
# Syriac and Thaana, vowel signs of the scripts of India and Sri Lanka (one layout, ISCII's), and the two joiners.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u200c\u200d"
    + "".join(
        f"{chr(block)}-{chr(block + 3)}{chr(block + 0x3A)}-{chr(block + 0x3C)}{chr(block + 0x3E)}-{chr(block + 0x57)}"
        f"{chr(block + 0x62)}{chr(block + 0x63)}"
        for block in range(0x900, 0xD80, 0x80)
    )
    + "\u0d81-\u0d83\u0dca-\u0ddf\u0df2\u0df3"
)
_marked_word = re.compile(rf"\w[\w{_MARKS}]+")


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


def marked_words_1_2(text: str) -> Tokens:
    """Rule 3: rule 1, but signs that belong to the letter before them part no word.

    The same terms as rule 1 for texts without such signs.

    >>> marked_words_1_2("हिन्दी में").terms, words_1_2("हिन्दी में").terms
    (['हिन्दी', 'में', 'हिन्दी में'], [])
    """
    words = _marked_word.findall(text.lower())
    return Tokens(words + list(map(" ".join, pairwise(words))), words)


def _trace_words(text: str, word: re.Pattern[str] = _word) -> list[Traced]:
    """The terms of rule 1 or 3 with their places; a letter may become two when it is lower-cased."""
    lowered = text.lower()
    sent: Sequence[int] = range(len(text) + 1)  # the place in the text of each in the lowered one
    if len(lowered) != len(text):
        sent = [at + (part > 0) for at, letter in enumerate(text) for part in range(len(letter.lower()))] + [len(text)]
    found = [(one[0], (sent[one.start()], sent[one.end()])) for one in word.finditer(lowered)]
    single = [Traced(word, (span,)) for word, span in found]
    return single + [Traced(f"{a} {b}", (one, other)) for (a, one), (b, other) in pairwise(found)]


def _some_words(text: str, parts: frozenset[str], read: Callable[[str], Tokens] = words_1_2) -> list[str]:
    return read(text).terms if "pairs" in parts else read(text).words


def _read_finance(text: str) -> Tokens:
    return Tokens(*finance.terms_and_words(text))


def _trace_finance(text: str) -> list[Traced]:
    from .finance.trace import trace  # what few requests ask for is imported by the first that does

    return trace(text)


RULES: dict[int, Rule] = {
    1: Rule(words_1_2, _trace_words, _some_words, {"pairs": "pairs of neighbours"}),
    2: Rule(_read_finance, _trace_finance, finance.terms, finance.PARTS),
    3: Rule(
        marked_words_1_2,
        partial(_trace_words, word=_marked_word),
        partial(_some_words, read=marked_words_1_2),
        {"pairs": "pairs of neighbours"},
    ),
}
