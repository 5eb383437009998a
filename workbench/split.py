"""Parts of a source by item: an item is in one part only, the same one for everybody who takes the same seed.

    train:80,test:20    per cent of the items, by their hash and the seed: `expressions.fold`
    column:part         a column that says it already; refused where an item is in two parts

Each row gets two columns: `split`, the name of its part, and `fold`, a number for cross-validation. Left out: folds
that keep classes in balance (`folds`).
"""

import re
from typing import Any, NamedTuple

import ibis

from .errors import ColumnError, SettingsError
from .expressions import fold

SPLIT, FOLD = "split", "fold"
FOLDS = 5
DEFAULT = "train:80,test:20"
_EXPECTED = "parts and their per cent such as train:80,test:20, or column:NAME"


class Parts(NamedTuple):
    """Either names with their per cent, which sum to 100, or the column that says it."""

    shares: tuple[tuple[str, int], ...] = ()
    column: str = ""

    @property
    def text(self) -> str:
        """As it was written."""
        return f"column:{self.column}" if self.column else ",".join(f"{name}:{share}" for name, share in self.shares)


def parse(text: str) -> Parts:
    """What `--split` says.

    >>> parse("train:70,validate:10,test:20").shares
    (('train', 70), ('validate', 10), ('test', 20))
    >>> parse("column:part").column
    'part'

    Raises: SettingsError.
    """
    if text.startswith("column:") and len(text) > len("column:"):
        return Parts(column=text.removeprefix("column:"))
    found = [re.fullmatch(r"([A-Za-z][A-Za-z0-9_-]*):(\d{1,2})", piece.strip()) for piece in text.split(",")]
    shares = tuple((one[1], int(one[2])) for one in found if one)
    names = {name for name, _ in shares}
    if len(shares) < max(2, len(found)) or len(names) < len(shares) or 0 in dict(shares).values():
        raise SettingsError("--split", _EXPECTED, repr(text))
    if sum(share for _, share in shares) != 100:
        raise SettingsError("--split", "100 per cent in all", f"{sum(share for _, share in shares)} in {text!r}")
    return Parts(shares)


def divided(table: Any, item: str, parts: Parts, seed: int, source: str) -> Any:
    """The table with its columns `split` and `fold`, computed wherever the table is.

    Raises: ColumnError where there is no such item or part, or a column of these names has another meaning.
    """
    for column in filter(None, (item, parts.column)):
        if column not in table.columns:
            raise ColumnError(source, column, "a column of that name", f"only {', '.join(table.columns)}")
    for name in {SPLIT, FOLD} - {parts.column}:
        if name in table.columns:
            way_out = (
                f"one already; leave it out with --columns{', or take it with --split column:split' * (name == SPLIT)}"
            )
            raise ColumnError(source, name, "no column of that name, as the split writes it", way_out)
    key = table[item] if table[item].type().is_string() else table[item].cast("string")
    part = table[parts.column].cast("string") if parts.column else _by_share(fold(key, 100, seed), parts)
    return table.mutate(**{SPLIT: part, FOLD: fold(key, FOLDS, seed)})


def part_of(number: int, parts: Parts) -> str:
    """The part of a number from 0 to 99: what `divided` gives, in Python.

    >>> [part_of(number, parse("train:80,test:20")) for number in (0, 79, 80)]
    ['train', 'train', 'test']
    """
    below = 0
    for name, share in parts.shares:
        below += share
        if number < below:
            return name
    raise ValueError(number)


def _by_share(number: Any, parts: Parts) -> Any:
    below, branches = 0, []
    for name, share in parts.shares[:-1]:
        below += share
        branches.append((number < below, ibis.literal(name)))
    return ibis.cases(*branches, else_=ibis.literal(parts.shares[-1][0]))
