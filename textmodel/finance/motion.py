"""What went up or down: each verb of motion with the subject before it and the one after it.

    Sales rose                 up:sales        good motion
    a decrease in net loss     down>loss       good motion
    profit did not rise        not up:profit   bad motion
    costs rose, profit fell    up:cost, down:profit: two bad motions, as no verb reaches across a comma

"profit rose" and "loss rose" share a verb and mean the opposite, which words and pairs alone must learn
case by case. Left out: amounts (`change`).
"""

from collections.abc import Iterator, Sequence

from .amounts import Amount, Item
from .compound import Compound
from .vocabulary import GOOD_WHEN_UP

_BACK, _AHEAD = 11, 4
"""How many items away the subject may stand, before and after the verb."""
_NEGATION = 3
"""How many items before the verb a negation may stand."""
_FAR = -100
_BEFORE_AMOUNT = frozenset("a an about around approximately roughly some nearly almost only just under below".split())


def motions(items: Sequence[Item], marks: Sequence[int]) -> Iterator[Compound]:
    """The motions of a sentence; `marks` are the items that can matter, in order."""
    subject_at = negation_at = _FAR
    waiting: list[tuple[int, int]] = []  # verbs whose subject may follow, with the negation before them
    alone: dict[int, str] = {}  # verbs that have no subject yet
    for at in marks:
        item = items[at]
        if item.ends_clause:
            subject_at = negation_at = _FAR
            waiting.clear()
        elif item.negates:
            negation_at = at
        elif item.motion and not _declines_to(items, at):
            negation = negation_at if at - negation_at <= _NEGATION else _FAR
            moves, places = ("moves", (at,)) if negation == _FAR else ("moves not", (negation, at))
            yield Compound(f"{moves} {item.motion}", places)
            if at - subject_at <= _BACK:
                yield from _motion(items, subject_at, at, negation, ":")
            else:
                alone[at] = item.motion
            waiting.append((at, negation))
        elif item.subject and subject_of(items, at):
            for verb, negation in waiting:
                if at - verb <= _AHEAD:
                    yield from _motion(items, at, verb, negation, ">")
                    alone.pop(verb, None)
            waiting.clear()
            subject_at = at
    yield from (Compound(f"{motion}:nothing", (at,)) for at, motion in alone.items())


def subject_of(items: Sequence[Item], at: int) -> str:
    """The class of the subject at one place: a market share is sales, the share of "per share" nothing.

    >>> from .words import read_word
    >>> subject_of([read_word("market"), read_word("share")], 1)
    'sales'
    """
    item = items[at]
    if at and item.text in ("share", "shares"):
        before = items[at - 1].text
        return "sales" if before == "market" else "" if before == "per" else item.subject
    return item.subject


def _declines_to(items: Sequence[Item], at: int) -> bool:
    """Whether a verb is a refusal, "declined to comment", and no motion, "declined to about EUR 5 mn"."""
    if not items[at].text.startswith("declin") or at + 2 >= len(items) or items[at + 1].text != "to":
        return False
    return not isinstance(items[at + 2], Amount) and items[at + 2].text not in _BEFORE_AMOUNT


def _motion(items: Sequence[Item], subject_at: int, verb: int, negation: int, order: str) -> Iterator[Compound]:
    """One verb with its subject, ":" where the subject comes first, ">" where it follows."""
    subject, motion = subject_of(items, subject_at), items[verb].motion
    news = GOOD_WHEN_UP[subject] * (1 if motion == "up" else -1)
    at = {subject_at, verb}
    if negation != _FAR:
        at.add(negation)
        motion, news = "not " + motion, -news
    places = tuple(sorted(at))
    yield Compound(f"{motion}{order}{subject}", places)
    yield Compound("good motion" if news > 0 else "bad motion", places, news)
