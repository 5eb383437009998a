"""A SELECT statement over sources, read into what `select` is asked: rows, columns, one join; nothing else.

    SELECT text, label, length(text) AS letters, posts.likes
    FROM train JOIN posts ON train.item = posts.item
    WHERE label IN ('joy', 'anger') AND posts.likes > 2

Conditions and computed columns are of the small language (`language`). Groups, orders and limits are refused: an
extract is rows, in an order of its own. Left out: computing it (`select`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from .errors import ExpressionError, UnknownSource
from .joins import HOWS, Join

_REFUSED = {
    "group": "`stats` counts by group", "having": "`stats` counts by group", "distinct": "`stats` counts them",
    "order": "an extract has an order of its own", "limit": "write fold(item, 10, 0) = 0 for a tenth of the items",
    "offset": "write fold(item, 10, 0) = 0 for a tenth of the items", "with_": "name the table in the database",
    "qualify": "name a condition in WHERE", "windows": "name a condition in WHERE",
}  # fmt: skip


class Statement(NamedTuple):
    """What was asked; `columns` are names with their expressions, none for `*`."""

    source: str
    join: Join | None
    where: sge.Expression | None
    columns: tuple[tuple[str, sge.Expression], ...]
    names: Mapping[str, str]
    """Sources by the names that the statement gives them."""

    def text(self, node: sge.Expression, left: Sequence[str]) -> str:
        """A part of it over the joined table, whose own columns are `left`: without the names of sources."""
        return node.copy().transform(lambda one: self._plain(one, left)).sql("duckdb")

    def _plain(self, node: sge.Expression, left: Sequence[str]) -> sge.Expression:
        if not isinstance(node, sge.Column) or not node.table:
            return node
        source = _known(node, self.names)
        name = node.name
        if self.join and source == self.join.source:
            ours = {theirs: ours for ours, theirs in self.join.on}
            name = ours.get(name) or (f"{source.rpartition('.')[2]}_{name}" if name in left else name)
        return sge.column(name, quoted=True)


def parse(sql: str) -> Statement:
    """The statement. Raises: ExpressionError, naming what is refused and what to do instead; UnknownSource."""
    try:
        trees = sqlglot.parse(sql, dialect="duckdb")
    except SqlglotError as error:
        raise ExpressionError(sql, "it cannot be read", "write SELECT text, label FROM train WHERE …") from error
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, sge.Select) or not isinstance(_from(tree), sge.Table):
        raise ExpressionError(sql, "it is not one SELECT from a source", "write SELECT text, label FROM train WHERE …")
    for part, way_out in _REFUSED.items():
        if tree.args.get(part):
            raise ExpressionError(f"{part.strip('_').upper()} in --sql", "an extract is rows", way_out)
    names = {_from(tree).alias_or_name: _named(_from(tree))}
    join = _join(tree, names)
    where = tree.args["where"].this if tree.args.get("where") else None
    return Statement(next(iter(names.values())), join, where, _columns(tree), names)


def _from(tree: sge.Select) -> sge.Expression:
    """What stands after FROM; sqlglot has called it both ways."""
    found = tree.args.get("from_") or tree.args.get("from")
    return found.this if found else tree


def _named(table: sge.Expression) -> str:
    """A source's name; `store.post` is read as a schema's table."""
    if not isinstance(table, sge.Table) or not table.name or table.args.get("catalog"):
        raise ExpressionError(table.sql("duckdb"), "it is no source", "name a source of workbench.toml, or store.TABLE")
    return f"{table.db}.{table.name}" if table.db else table.name


def _join(tree: sge.Select, names: dict[str, str]) -> Join | None:
    joins = tree.args.get("joins") or []
    if not joins:
        return None
    told = joins[0].sql("duckdb").strip()
    how = (joins[0].side or joins[0].kind or "inner").lower()
    if len(joins) > 1 or how not in HOWS:
        raise ExpressionError(told, "one JOIN or LEFT JOIN is taken", "join the others into a table of the database")
    left = next(iter(names.values()))
    right = names[joins[0].this.alias_or_name] = _named(joins[0].this)
    if joins[0].args.get("using"):
        return Join(right, tuple((one.name, one.name) for one in joins[0].args["using"]), how)
    on = joins[0].args.get("on")
    pairs = [_pair(one, left, names) for one in (on.flatten() if isinstance(on, sge.And) else [on])]
    return Join(right, tuple(pairs), how)


def _pair(found: Any, left: str, names: Mapping[str, str]) -> tuple[str, str]:
    """(our column, theirs) of one equality."""
    node = found.unnest() if found else None
    sides = [node.this, node.expression] if isinstance(node, sge.EQ) else []
    if len(sides) != 2 or not all(isinstance(side, sge.Column) and side.table for side in sides):
        told = node.sql("duckdb") if node else "a JOIN without ON"
        raise ExpressionError(told, "sources are joined where columns are equal", "write ON train.item = posts.item")
    by_source = {_known(side, names): side.name for side in sides}
    if len(by_source) != 2:
        raise ExpressionError(
            node.sql("duckdb") if node else "", "both are of one source", "compare one with the other"
        )
    theirs = next(name for source, name in by_source.items() if source != left)
    return by_source[left], theirs


def _known(column: sge.Expression, names: Mapping[str, str]) -> str:
    written = f"{column.args['db'].name}.{column.text('table')}" if column.args.get("db") else column.text("table")
    for name in (written, written.rpartition(".")[2]):
        if name in names:
            return names[name]
    raise UnknownSource(written, names)


def _columns(tree: sge.Select) -> tuple[tuple[str, sge.Expression], ...]:
    if [type(one) for one in tree.expressions] == [sge.Star]:
        return ()
    for one in tree.expressions:
        if isinstance(one, sge.Star) or (isinstance(one, sge.Column) and isinstance(one.this, sge.Star)):
            raise ExpressionError("* beside columns", "either all or some", "name the columns, or write * alone")
        if not one.alias_or_name:
            raise ExpressionError(one.sql("duckdb"), "a computed column needs a name", "write length(text) AS letters")
    return tuple((one.alias_or_name, one.unalias()) for one in tree.expressions)
