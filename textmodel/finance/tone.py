"""Words of praise and alarm, words after a negation, and the balance of all news.

    an award          praise, praise award
    no layoffs        not alarm, not_layoffs
    weak demand       alarm, alarm weak

A word that only moves a subject, as in "costs fell", is no alarm here. Left out: what moves (`motion`).
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from .amounts import Item
from .compound import Compound
from .polarity import CLASSES

ALL_NEWS = ()
"""Where a balance rests: on the items of every other compound that is news."""
_MOST = 3
"""More news than this of one kind says nothing more."""
_BALANCES = {n: Compound(f"balance {n:+d}", ALL_NEWS) for n in range(-_MOST, _MOST + 1)}
_news = itemgetter(2)
_REACH = 4
"""How many items a negation reaches, to the end of the clause at most."""


def tones(items: Sequence[Item], marks: Sequence[int], moved: frozenset[int]) -> Iterator[Compound]:
    """The polar words outside `moved`, each as its class and its stem, negated or not."""
    negation = -_REACH - 1
    for at in marks:
        item = items[at]
        if item.negates:
            negation = at
        elif item.ends_clause:
            negation = -_REACH - 1
        if not item.tone or at in moved:
            continue
        news = CLASSES[item.tone]
        if negation < at <= negation + _REACH:
            yield Compound("not " + item.tone, (negation, at), -news)
        else:
            yield Compound(item.tone, (at,), news)
            yield Compound(f"{item.tone} {item.stem}", (at,))


def negated_words(items: Sequence[Item], marks: Sequence[int]) -> Iterator[Compound]:
    """The words that a negation reaches, each as a term of its own.

    >>> from .words import read_word
    >>> [c.term for c in negated_words([read_word(w) for w in "will not improve in spring".split()], [1])]
    ['not_improve', 'not_in', 'not_spring']
    """
    for mark in marks:
        if items[mark].negates:
            for at in range(mark + 1, min(mark + 1 + _REACH, len(items))):
                if items[at].ends_clause or items[at].negates:
                    break
                yield Compound(f"not_{items[at].text}", (mark, at))


def balance(found: Sequence[Compound]) -> Iterator[Compound]:
    """The good news less the bad, and whether all news is of one kind; each rests on all news at once.

    >>> [c.term for c in balance([Compound("praise", (1,), 1), Compound("good motion", (2, 3), 1)])]
    ['balance +2', 'all good']
    """
    news = list(map(_news, found))
    good, bad = news.count(1), news.count(-1)
    yield _BALANCES[max(-_MOST, min(_MOST, good - bad))]
    if good and not bad:
        yield Compound("all good", ALL_NEWS)
    if bad and not good:
        yield Compound("all bad", ALL_NEWS)
