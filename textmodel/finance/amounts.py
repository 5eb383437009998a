"""Numbers with what stands around them: "EUR 13.1 mn" is one amount of money, worth 13,100,000.

Left out: what an amount says of profit or sales (`change`).
"""

from collections.abc import Iterable, Sequence
from math import inf

from .vocabulary import CURRENCIES, MONTHS, PERCENT, SCALES
from .words import Word

MONEY, SHARE, YEAR, DAY, NUMBER = "<money>", "<percent>", "<year>", "<day>", "<number>"
_TERMS = {kind: (kind,) for kind in (MONEY, SHARE, YEAR, DAY, NUMBER)}
_LONGEST = 18
_FIRST_YEAR, _LAST_YEAR = 1980, 2035
_HYPHENS = frozenset("-−–")
_MINUS_AFTER = CURRENCIES | frozenset("from to was were of ( at with against versus vs than by".split())


class Amount:
    """A number as the text means it; to the rules that look at words it is a word without any meaning."""

    __slots__ = ("digits", "is_bare", "is_delta", "terms", "text", "value", "width")
    motion = subject = tone = stem = ""
    negates = ends_clause = is_marked = is_meant = is_open = False

    def __init__(self, kind: str, value: float, digits: str, width: int, *, is_bare: bool, is_delta: bool) -> None:
        self.text = kind
        """What stands for it among the terms: money, percent, year or number."""
        self.terms = _TERMS[kind]
        self.value = value
        self.digits = digits
        self.width = width
        """How many raw tokens it takes up."""
        self.is_bare = is_bare
        """Whether no scale (million) stands with it, so that it may share another amount's."""
        self.is_delta = is_delta
        """Whether it says by how much, not from or to what."""


Item = Word | Amount


def value_of(digits: str) -> float:
    """The number that digits with points, commas and blanks stand for; infinity where there are too many.

    The last point or comma parts decimals, but for one before three digits, which parts thousands where
    it is a comma or has others before it, and no nought stands before it.

    >>> value_of("1,234"), value_of("5,1"), value_of("13 .1"), value_of("1.234.567"), value_of("0,125")
    (1234.0, 5.1, 13.1, 1234567.0, 0.125)
    """
    if len(digits) > _LONGEST:
        return inf
    parts = digits.replace(" ", "").replace(",", ".").split(".")
    if len(parts) == 1 or (len(parts[-1]) == 3 and (len(parts) > 2 or "," in digits) and parts[0] != "0"):
        return float("".join(parts))
    return float("".join(parts[:-1]) + "." + parts[-1])


def read_amounts(words: Sequence[Word], numbers: Iterable[int]) -> tuple[list[Item], list[int]]:
    """Words to items, each of the `numbers` joined with its neighbours to one Amount, and where each item begins.

    A conversion after an amount of money, "EUR 5 mn (USD 6 mn)", says nothing new and is left out; in brackets
    and of the same currency it is another amount, "EUR 5 mn (EUR 4 mn)".
    """
    items: list[Item] = []
    begins: list[int] = []
    end = 0  # of what is read
    for at in numbers:
        if at < end:
            continue
        begin, stop, kind, value, is_bare = _extent(words, at)
        begin = max(begin, end)
        items += words[end:begin]
        begins += range(end, begin)
        end = stop
        if kind is MONEY and items and _is_conversion(items, words, begins, end):
            if items[-1].text == "(":
                begins.pop()
                items.pop()
                end += 1
            continue
        is_delta = bool(items) and items[-1].text == "by"
        items.append(Amount(kind, value, words[at].digits, end - begin, is_bare=is_bare, is_delta=is_delta))
        begins.append(begin)
    items += words[end:]
    begins += range(end, len(words))
    return items, begins


def _extent(words: Sequence[Word], at: int) -> tuple[int, int, str, float, bool]:
    """From which word to which the amount around a number goes, its kind and value, and whether it is bare."""
    digits = words[at].digits
    begin, end, value, kind = at, at + 1, value_of(digits), NUMBER
    left = words[at - 1].text if at else ""
    if left in _HYPHENS and at > 1 and words[at - 2].text in _MINUS_AFTER:
        begin, value, left = at - 1, -value, words[at - 2].text
    right = words[at + 1].text if at + 1 < len(words) else ""
    next_right = words[at + 2].text if at + 2 < len(words) else ""
    if right in PERCENT:
        return begin, at + 2, SHARE, value, False
    if right == "per" and next_right == "cent":
        return begin, at + 3, SHARE, value, False
    scale = SCALES.get(right)
    if scale:
        value, end, kind = value * scale, end + 1, NUMBER if right == "k" else MONEY
        right = next_right
    if left in CURRENCIES:
        begin, kind = begin - 1, MONEY
        if begin and words[begin - 1].text == "us":  # US $ 5 mn
            begin -= 1
    elif right in CURRENCIES and not _begins_money(words, end):
        end, kind = end + 1, MONEY
    elif not scale and len(digits) == 4 and _FIRST_YEAR <= value <= _LAST_YEAR:
        kind = YEAR
    elif not scale and (left in MONTHS or right in MONTHS):
        kind = DAY
    return begin, end, kind, value, not scale


def _begins_money(words: Sequence[Word], currency: int) -> bool:
    """Whether a currency belongs to the number after it: "in 2009 EUR 5 mn"."""
    return currency + 1 < len(words) and bool(words[currency + 1].digits)


def _is_conversion(items: Sequence[Item], words: Sequence[Word], begins: Sequence[int], end: int) -> bool:
    """Whether money at the end of `items`, or before a bracket there, makes the money up to `end` its conversion."""
    if items[-1].text != "(":
        return items[-1].text is MONEY
    if len(items) < 2 or items[-2].text is not MONEY or end == len(words) or words[end].text != ")":
        return False
    currency = {word.text for word in words[begins[-2] : begins[-1]]} & CURRENCIES
    return currency.isdisjoint(word.text for word in words[begins[-1] : end])
