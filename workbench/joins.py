"""A source joined with another one, row for row: a join that would multiply rows is refused with the counts.

Columns of both that have one name are told apart: the second source's are called <source>_<column>. Left out: joins
that aggregate, for which there is SQL.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import ibis
import pyarrow as pa

from .errors import ColumnError, JoinError, SettingsError
from .sources import Source, kinds

HOWS = ("inner", "left")


class Join(NamedTuple):
    """The other source, pairs of columns (ours, theirs), and whether rows without a partner stay ("left")."""

    source: str
    on: tuple[tuple[str, str], ...]
    how: str = "inner"


def parse(source: str, on: str, how: str = "inner") -> Join:
    """What `--join` and `--on` say.

    >>> parse("posts", "item, id = post_id").on
    (('item', 'item'), ('id', 'post_id'))

    Raises: SettingsError.
    """
    pairs = [[side.strip() for side in piece.split("=")] for piece in on.split(",")]
    if any(len(pair) > 2 or not all(pair) for pair in pairs):
        raise SettingsError("--on", "columns such as item, or id=post_id", repr(on))
    if how not in HOWS:
        raise SettingsError("--how", f"one of {', '.join(HOWS)}", repr(how))
    return Join(source, tuple((pair[0], pair[-1]) for pair in pairs), how)


def joined(left: Any, right: Any, join: Join, sources: Sequence[Source]) -> Any:
    """Both tables as one; `sources` are the left one and the right one.

    Raises: ColumnError for a column that is missing or of another type.
    """
    for ours, theirs in join.on:
        _check_kinds(sources, ours, theirs)
    return _table(left, right, join)


def without_partner(left: Any, right: Any, join: Join, ask: Callable[[Any], pa.Table]) -> int:
    """How many of our rows have no partner; `ask` computes the counts beside the data.

    Raises: JoinError with the counts where the join would multiply rows.
    """
    keys = [f"key_{number}" for number in range(len(join.on))]
    mine = left.select(**{key: left[ours] for key, (ours, _) in zip(keys, join.on, strict=True)})
    their_keys = {key: right[theirs] for key, (_, theirs) in zip(keys, join.on, strict=True)}
    times = right.select(**their_keys).group_by(keys).agg(times=ibis._.count())
    rows, matched, made, repeated = _counts(mine, times, keys, ask)
    if made > matched:
        way_out = f"aggregate {join.source} to one row for each key, or join on more columns"
        on = ", ".join(ours if ours == theirs else f"{ours}={theirs}" for ours, theirs in join.on)
        raise JoinError(f"{on} of {join.source}", matched, made, repeated, way_out)
    return rows - matched


def _counts(mine: Any, times: Any, keys: Sequence[str], ask: Callable[[Any], pa.Table]) -> tuple[int, int, int, int]:
    """Our rows, those with a partner, the rows that the join would make, and the keys of theirs that are repeated."""
    grouped = mine.group_by(list(keys)).agg(rows=ibis._.count())
    met = grouped.inner_join(times, list(keys))
    sums = met.agg(
        matched=met.rows.sum().fill_null(0).cast("int64"),
        made=(met.rows * met.times).sum().fill_null(0).cast("int64"),
        repeated=ibis.cases((met.times > 1, 1), else_=0).sum().fill_null(0).cast("int64"),
    )
    [found] = ask(sums).to_pylist()
    [rows] = ask(mine.count().cast("int64").name("rows").as_table()).to_pylist()
    return rows["rows"], found["matched"], found["made"], found["repeated"]


def _check_kinds(sources: Sequence[Source], ours: str, theirs: str) -> None:
    """Both columns are there, and are compared as what they are: 7 is not "7"."""
    left, right = sources
    left.require([ours])
    right.require([theirs])
    a, b = left.columns[ours], right.columns[theirs]
    if not set(kinds(a)) & set(kinds(b)) and a != b:
        raise ColumnError(right.name, theirs, f"{a} as {ours!r} of {left.name} is", b)


def _table(left: Any, right: Any, join: Join) -> Any:
    """Their keys are left out, as they say what ours say; where ours are kept without a partner, theirs are null."""
    short = join.source.rpartition(".")[2]
    keys = {theirs for _, theirs in join.on}
    renamed = {f"{short}_{name}" if name in left.columns else name: name for name in right.columns if name not in keys}
    hidden = {f"joined_{number}": theirs for number, (_, theirs) in enumerate(join.on)}
    other = right.select(
        **{new: right[old] for new, old in renamed.items()}, **{new: right[old] for new, old in hidden.items()}
    )
    predicates = [left[ours] == other[f"joined_{number}"] for number, (ours, _) in enumerate(join.on)]
    return left.join(other, predicates, how=join.how).drop(*hidden)
