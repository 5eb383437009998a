"""The terms of rule 2 with their places in the text as sent, and what they say in words.

Left out: the terms themselves, which are those of `rule`, in the same order.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from ..traced import Traced
from .amounts import DAY, MONEY, NUMBER, SHARE, YEAR, Amount, Item
from .compound import Compound
from .rule import Reading, own_terms, pairs, read
from .scan import mend, mended_spans, token_pattern

Span = tuple[int, int]
_MOVED = {"up": "rose", "down": "fell", "same": "did not change"}
_KINDS = {MONEY: "an amount of money", SHARE: "a percentage", YEAR: "a year", DAY: "a day", NUMBER: "a number"}
_TONES = {
    "praise": "good news by itself",
    "comfort": "leans to good news",
    "alarm": "bad news by itself",
    "concern": "leans to bad news",
}


def trace(text: str) -> list[Traced]:
    """Every term of a text as `rule.terms` gives it, in its order."""
    reading = read(text)
    spans = _spans(text, reading)
    own = own_terms(reading)
    found = [Traced(term, (spans[at],), _plain(reading.items[at])) for at, terms in enumerate(own) for term in terms]
    joined = [at for at, (one, other) in enumerate(pairwise(reading.items)) if one.terms and other.terms]
    found += [Traced(pair, (spans[at], spans[at + 1])) for at, pair in zip(joined, pairs(reading), strict=True)]
    news = {at for compound in reading.compounds if compound.news for at in compound.at}
    for compound in reading.compounds:
        places = tuple(spans[at] for at in sorted(compound.at or news))
        found.append(Traced(compound.term, places, say(compound, reading.items)))
    return found


def _spans(text: str, reading: Reading) -> list[Span]:
    """Where each item stands in the text as sent."""
    mended = mend(text)
    raw = [found.span() for found in token_pattern(mended).finditer(mended)]
    back = _back(text)
    found = []
    for item, begin in zip(reading.items, reading.begins, strict=True):
        width = item.width if isinstance(item, Amount) else 1
        found.append((back(raw[begin][0]), back(raw[begin + width - 1][1])))
    return found


def _back(text: str) -> Callable[[int], int]:
    """From a place in the mended text to its place in the text as sent."""
    damaged = mended_spans(text)
    if not damaged:
        return lambda at: at
    begins = [0]  # of each stretch between mended letters, in the mended text
    shifts = [0]
    for start, end, mended in damaged:
        begins.append(start - shifts[-1] + mended)
        shifts.append(shifts[-1] + (end - start) - mended)
    return lambda at: at + shifts[bisect_right(begins, at) - 1]


def say(compound: Compound, items: Sequence[Item]) -> str:
    """What a compound says, for a person.

    >>> from .rule import read
    >>> reading = read("Profit rose to EUR 13.1 mn from EUR 8.7 mn")
    >>> [say(c, reading.items) for c in reading.compounds if c.term == "change:up:profit"]
    ['13.1 after 8.7: profit rose']
    """
    kind, _, rest = compound.term.replace(">", ":").partition(":")
    words = [items[at].text for at in compound.at]
    match kind.split(" "):
        case ["change"]:
            return _say_change(compound, items, rest)
        case ["turn"]:
            return f"it comes to {rest}"
        case ["up" | "down"] | ["not", "up" | "down"] if rest:
            return _say_motion(compound, items)
        case ["balance", number]:
            return f"good news less bad news: {number}"
        case ["all", news]:
            return f"all news is {news}"
        case ["praise" | "comfort" | "alarm" | "concern" as tone]:
            return f"{words[-1]}: {_TONES[tone]}"
        case ["not", _]:
            return f"{words[-1]}: taken back by {words[0]}"
        case _:
            return ""


def _say_change(compound: Compound, items: Sequence[Item], rest: str) -> str:
    """`at` holds the subject where there is one, then the new amount, then the old."""
    *subject, new, old = (items[at] for at in compound.at)
    direction, _, measured = rest.partition(":")
    what = "the result" if measured == "result" else subject[0].text if subject else "the amount"
    return f"{_digits(new)} after {_digits(old)}: {what} {_MOVED[direction]}"


def _say_motion(compound: Compound, items: Sequence[Item]) -> str:
    """The verb and its subject, whichever comes first, and what they mean to an investor."""
    moving = next(items[at] for at in compound.at if items[at].motion)
    subject = next((items[at].text for at in compound.at if items[at].subject and not items[at].motion), "")
    negation = "not " if compound.term.startswith("not ") else ""
    return f"{subject or 'something'} {negation}{moving.motion}"


def _plain(item: Item) -> str:
    return _KINDS.get(item.text, "")


def _digits(item: Item) -> str:
    sign = "-" if isinstance(item, Amount) and item.value < 0 else ""
    return sign + item.digits.replace(" ", "")
