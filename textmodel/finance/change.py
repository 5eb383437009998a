"""Amounts compared: which of two is the new one, what it measures, and whether that is good.

    profit rose to EUR 13.1 mn from EUR 8.7 mn        change:up:profit   good change
    sales of EUR 5.1 mn, compared to 7.0 mn           change:down:sales  bad change
    a loss of EUR 2 mn against a profit of EUR 1 mn   swing:loss<profit  bad change

No word tells whether 13.1 or 8.7 is the larger. Left out: amounts of different kinds, and those that say
by how much something changed.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .amounts import DAY, MONEY, NUMBER, YEAR, Amount, Item
from .compound import Compound
from .motion import subject_of
from .vocabulary import BEFORE, COMPARED, EARLIER, GOOD_WHEN_UP, TURNS

_REACH = 22
"""How many items two amounts of one comparison, or an amount and its subject, may be apart."""
_PARTNERS = 3
_SMALL, _LARGE = 0.05, 0.3
"""Relative changes below the first are small, from the second on large."""
_UNIT = 1e6
_RESULTS = ("profit", "loss")
_TIMES = (YEAR, DAY)


def changes(items: Sequence[Item]) -> Iterator[Compound]:
    """The terms of each amount that is compared with the nearest earlier one that it can be, each at most once.

    Each rests on the subject where there is one, then the new amount, then the old.
    """
    places = [at for at, item in enumerate(items) if item.digits and _can_compare(item)]
    if len(places) < 2:
        return
    taken: set[int] = set()
    for number, second in enumerate(places):
        for first in reversed(places[max(0, number - _PARTNERS) : number]):
            if second - first > _REACH:
                break
            if first not in taken and (order := _compared(items, first, second)):
                taken |= {first, second}
                yield from _terms(items, first, second, order)
                break


def _can_compare(item: Item) -> bool:
    return isinstance(item, Amount) and item.text not in _TIMES and not item.is_delta


def _compared(items: Sequence[Item], first: int, second: int) -> str:
    """Which of two amounts is the new one; "" where they are not compared."""
    one, other = items[first], items[second]
    assert isinstance(one, Amount) and isinstance(other, Amount)  # noqa: S101, PT018  # for the type checker
    if one.text is not other.text:
        bare = other if other.text is NUMBER else one
        if {one.text, other.text} != {MONEY, NUMBER} or not bare.is_bare or not _alike(*_in_one_unit(one, other)):
            return ""
    return _order(items, first, second)


def _alike(one: float, other: float) -> bool:
    """Whether two values can be of one thing at two times, so that a bare number is money too."""
    return 0.02 < abs(one) / (abs(other) + 1e-9) < 50


def _order(items: Sequence[Item], first: int, second: int) -> str:
    """Which of two amounts is the new one, by the words around them; "" where none says so."""
    between = [item.text for item in items[first + 1 : second]]
    words = set(between)
    if len(between) <= 8 and ("to" in words or "into" in words):
        if "from" in [item.text for item in items[max(0, first - 5) : first]]:
            return "old first"  # from EUR 8.7 mn to EUR 13.1 mn, from a loss of EUR 2 mn to a profit of EUR 1 mn
        if not TURNS.isdisjoint(words):
            return "old first"  # a loss of EUR 2 mn turned into a profit of EUR 1 mn
    if not COMPARED.isdisjoint(between[-5:]) or words & {"compared", "comparison", "corresponding"}:
        return "new first"  # EUR 13.1 mn, compared with EUR 8.7 mn
    if not BEFORE.isdisjoint(between[-8:]) and "and" not in words:
        return "new first"  # EUR 13.1 mn; the year before it was EUR 8.7 mn
    if between and between[-1] == "(" and len(between) <= 5:
        return "new first"  # EUR 13.1 mn (EUR 8.7 mn)
    after = (item.text for item in items[second + 1 : second + 7])
    if words & {"while", "whereas", ","} and "and" not in words and not EARLIER.isdisjoint(after):
        return "new first"  # EUR 13.1 mn, while it was EUR 8.7 mn a year earlier
    return ""


def _in_one_unit(one: Amount, other: Amount) -> tuple[float, float]:
    """Both values; an amount without a scale shares the other's: "EUR 5.1 mn, compared to 7.0"."""
    if other.is_bare and not one.is_bare:
        return one.value, other.value * _scale(one.value, other.value)
    if one.is_bare and not other.is_bare:
        return one.value * _scale(other.value, one.value), other.value
    return one.value, other.value


def _scale(scaled: float, bare: float) -> float:
    """What a bare number must be multiplied with to be in the unit of a scaled one."""
    if abs(scaled) < _UNIT or abs(bare) >= 1e4:
        return 1.0
    return 1e9 if abs(scaled) >= 1e9 and abs(bare) < abs(scaled) / 1e8 else _UNIT


def _terms(items: Sequence[Item], first: int, second: int, order: str) -> Iterator[Compound]:
    """What one comparison says, by the subject that stands before it."""
    subject_at, subject = _subject_before(items, first)
    new, old = _sides(items, first, second, subject)
    amounts = (first, second)
    if order == "old first":
        new, old, amounts = old, new, (second, first)
    at = amounts if subject_at < 0 else (subject_at, *amounts)
    if new.kind != old.kind:
        yield Compound(f"swing:{new.kind}<{old.kind}", at)
    if "loss" in (new.kind, old.kind):
        subject = "result"  # signed now: it is good when it rises
    elif subject == "nothing":
        subject = new.kind  # a EUR 3 mn profit
    direction = "up" if new.value > old.value else "down" if new.value < old.value else "same"
    yield Compound(f"change:{direction}:{subject}", at)
    sign = (direction == "up") - (direction == "down")
    news = GOOD_WHEN_UP.get(subject, subject == "result") * sign
    kind = "good change" if news > 0 else "bad change" if news < 0 else "some change"
    share = abs(new.value - old.value) / (abs(old.value) + 1e-9)
    yield Compound(kind, at, news)
    yield Compound(f"{kind}, {'small' if share < _SMALL else 'medium' if share < _LARGE else 'large'}", at)


class _Side(NamedTuple):
    kind: str
    """What the amount is: a class of subject; of profit and loss, the one that it is called."""
    value: float
    """In the unit of the other; a loss is negative."""


def _sides(items: Sequence[Item], first: int, second: int, subject: str) -> tuple[_Side, _Side]:
    """Both amounts of a comparison, as they stand in the text."""
    one, other = items[first], items[second]
    assert isinstance(one, Amount) and isinstance(other, Amount)  # noqa: S101, PT018  # for the type checker
    kind = _called(items[first + 1 : min(first + 3, second)]) or subject
    other_kind = (_other_side(items, first, second) or kind) if kind in _RESULTS else kind
    values = _in_one_unit(one, other)
    return _signed(kind, values[0]), _signed(other_kind, values[1])


def _signed(kind: str, value: float) -> _Side:
    return _Side(kind, -abs(value) if kind == "loss" else value)


def _subject_before(items: Sequence[Item], first: int) -> tuple[int, str]:
    """The nearest subject before an amount, and its class."""
    for at in range(first - 1, max(-1, first - _REACH), -1):
        if items[at].subject and (subject := subject_of(items, at)):
            return at, subject
    return -1, "nothing"


def _called(following: Sequence[Item]) -> str:
    """What an amount is followed by, "a EUR 3 mn loss", where that is no amount's that stands beside it."""
    for item in following:
        if item.text in COMPARED or item.text == "and" or item.ends_clause:
            return ""
        if item.subject in _RESULTS:
            return item.subject
    return ""


def _other_side(items: Sequence[Item], first: int, second: int) -> str:
    """Whether the later amount is called a profit or a loss, right after it or between the two."""
    if called := _called(items[second + 1 : second + 3]):
        return called
    for at in range(second - 1, first, -1):
        if items[at].subject in _RESULTS:
            return items[at].subject
    return ""
