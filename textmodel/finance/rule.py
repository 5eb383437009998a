"""Token rule 2: a text to its terms.

    "Profit rose to EUR 5 mn"   profit, ^profi, rose, to, <money>, profit rose, ..., up:profit, good motion, balance +1

One reading (`Reading`) serves training, answers and reasons. Left out: which terms a model knows (`vectorizer`),
and where terms stand and what they say in words (`trace`).
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from .amounts import Item, read_amounts
from .change import changes
from .compound import Compound
from .motion import motions
from .scan import mend, token_pattern
from .tone import balance, negated_words, tones
from .turn import turns
from .words import PREFIXED, WORDS

PARTS = {
    "mending": "letters damaged by a wrong decoding are put right",
    "prefixes": "the first five letters of longer words",
    "pairs": "pairs of neighbours",
    "amounts": "numbers become money, percent, year or number",
    "motion": "what went up or down: verb and subject",
    "change": "amounts compared, and turns to profit or loss",
    "tone": "words of praise and alarm",
    "balance": "good news less bad news",
    "negation": "words after a negation",
}
"""What the rule consists of, for leaving one out to see what it gives."""
ALL = frozenset(PARTS)
_term = itemgetter(0)


class Reading(NamedTuple):
    """A text as the rule reads it."""

    items: Sequence[Item]
    begins: Sequence[int]
    """The raw token that each item begins with."""
    compounds: Sequence[Compound]
    moved: frozenset[int]
    """Verbs whose motion has a subject: they are no terms by themselves, as "fell" is good of costs."""
    marks: Sequence[int]
    """The items that any table knows, and punctuation."""


def read(text: str, parts: frozenset[str] = ALL) -> Reading:
    """The items of a text and what they make together."""
    mended = mend(text) if "mending" in parts else text
    words = list(map(WORDS.__getitem__, token_pattern(mended).findall(mended)))
    items: Sequence[Item] = words
    begins: Sequence[int] = range(len(words))
    numbers = [at for at, word in enumerate(words) if word.digits]
    if numbers and "amounts" in parts:
        items, begins = read_amounts(words, numbers)
    marks = [at for at, item in enumerate(items) if item.is_marked]
    found: list[Compound] = []
    moved: frozenset[int] = frozenset()
    if "motion" in parts:
        found += motions(items, marks)
        moved = frozenset([at for _, places, news in found if news for at in places])
    if "change" in parts:
        found += changes(items)
        found += turns(items, marks)
    if "tone" in parts:
        found += tones(items, marks, moved)
    if "balance" in parts:
        found += balance(found)
    if "negation" in parts:
        found += negated_words(items, marks)
    return Reading(items, begins, found, moved, marks)


def terms(text: str, parts: frozenset[str] = ALL) -> list[str]:
    """The terms of a text, in the order of `own_terms`, pairs and compounds."""
    return _terms(read(text, parts), parts)


def terms_and_words(text: str) -> tuple[list[str], list[str], int]:
    """The terms of a text, those of its words that the tables do not know, and how many they know."""
    reading = read(text)
    items = reading.items
    open_words = [item.text for item in items if item.is_open]
    return _terms(reading, ALL), open_words, len([1 for at in reading.marks if items[at].is_meant])


def own_terms(reading: Reading, parts: frozenset[str] = ALL) -> list[tuple[str, ...]]:
    """What each item gives by itself: its spelling and its prefix, and nothing where it is a moved verb."""
    own = [item.terms for item in reading.items]
    for at in reading.moved:
        if reading.items[at].motion:
            own[at] = ()
    return own if "prefixes" in parts else [found[:PREFIXED] for found in own]


def pairs(reading: Reading) -> list[str]:
    """Each two neighbours, with a space between; punctuation parts them."""
    return [f"{one.text} {other.text}" for one, other in pairwise(reading.items) if one.terms and other.terms]


def _terms(reading: Reading, parts: frozenset[str]) -> list[str]:
    found = list(chain.from_iterable(own_terms(reading, parts)))
    if "pairs" in parts:
        found += pairs(reading)
    found += map(_term, reading.compounds)
    return found
