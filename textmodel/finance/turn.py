"""Where a company comes to profit or to loss without an amount: "returned to profit", "back in the black".

Left out: amounts on both sides, "a loss of EUR 2 mn turned into a profit of EUR 1 mn" (`change`).
"""

from collections.abc import Iterator, Sequence

from .amounts import Amount, Item
from .compound import Compound
from .vocabulary import BLACK, RED, TURNS

_WAYS = frozenset({"to", "into", "in"})
_REACH = 3
"""How many items may stand between the way and its end: "to an operating profit"."""


def turns(items: Sequence[Item], marks: Sequence[int]) -> Iterator[Compound]:
    """Each verb of turning with the nearest profit or loss that it leads to; of "swung back to profit" the first.

    >>> from .words import read_word
    >>> [c.term for c in turns([read_word(w) for w in "returned to profit".split()], [0, 2])]
    ['turn:profit', 'good change']
    """
    reached = -1
    for at in marks:
        if items[at].text in TURNS and at > reached:
            way = next((n for n in range(at + 1, min(at + 3, len(items))) if items[n].text in _WAYS), None)
            if way is not None:
                for compound in _ending(items, at, way):
                    reached = compound.at[1]
                    yield compound


def _ending(items: Sequence[Item], at: int, way: int) -> Iterator[Compound]:
    for end in range(way + 1, min(way + 2 + _REACH, len(items))):
        item = items[end]
        if item.text in BLACK:
            yield Compound("turn:profit", (at, end))
            yield Compound("good change", (at, end), 1)
            return
        if item.text in RED:
            yield Compound("turn:loss", (at, end))
            yield Compound("bad change", (at, end), -1)
            return
        if item.ends_clause or isinstance(item, Amount):
            return
