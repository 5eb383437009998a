"""PostgreSQL as an engine: aggregates are computed beside the operational data, on the replica where one is set.

Left out: any source but tables; COPY and its transaction (`operational`).
"""

import json
from collections.abc import Iterator
from typing import Any

import ibis
import pyarrow as pa
import sqlglot.expressions as sge

from .. import tables
from ..errors import EngineError
from ..operational import Operational
from ..sources import Source
from . import arrow, lowered, trees
from .protocol import Estimate


class Postgres:
    """An engine over one database, which it does not own."""

    name = "postgres"

    def __init__(self, database: Operational) -> None:
        if database.is_sqlite:
            raise EngineError(self.name, f"{database.where} is no PostgreSQL; use the engine duckdb")
        self._database = database
        self._places: dict[str, sge.Expression] = {}
        self._tables: dict[str, Source] = {}
        self.moved_bytes = 0

    def table(self, source: Source) -> Any:
        """See `protocol.Engine`."""
        if source.kind != "table":
            raise EngineError(
                self.name, f"{source.name} is {source.kind}, and only tables lie in PostgreSQL; use duckdb"
            )
        name = named(source.name)
        self._tables[name] = source
        self._places[name] = tables.place(source.spec, tables.postgres_columns(self._database, source.spec))
        return ibis.table(dict(source.columns), name=name)

    def sql(self, expr: Any) -> str:
        """See `protocol.Engine`."""
        known(self.name, expr, self._places)
        return lowered.text(lowered.compiled(expr, self.name, self._places), self.name)

    def versions(self, expr: Any) -> dict[str, str]:
        """See `protocol.Engine`."""
        return {name: self._tables[name].version for name in trees.sources(expr)}

    def estimate(self, expr: Any) -> Estimate:
        """By the planner's statistics: rows and their width."""
        found = self._database.query(f"EXPLAIN (FORMAT JSON) {self.sql(expr).replace(':', chr(92) + ':')}")[0][0]
        plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        return Estimate(plan["Plan Rows"], plan["Plan Rows"] * max(plan["Plan Width"], 1))

    def batches(self, expr: Any, limit_bytes: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `protocol.Engine`; the transaction is over before the first batch."""
        spool = self._database.copy(self.sql(expr), limit_bytes)
        self.moved_bytes += spool.seek(0, 2)
        spool.seek(0)
        yield from arrow.from_csv(spool, arrow.schema(expr))

    def run(self, expr: Any, limit_bytes: int | None = None) -> pa.Table:
        """See `protocol.Engine`."""
        return arrow.table(self.batches(expr, limit_bytes), arrow.schema(expr))

    def rows(self, expr: Any) -> int:
        """See `protocol.Engine`."""
        return int(self.run(expr.as_table().count().as_table())[0][0].as_py())

    def close(self) -> None:
        """Nothing: its database is its giver's."""


def named(source: str) -> str:
    """A source's name as a table's in SQL: a point would mean a schema.

    >>> named("store.post")
    'store__post'
    """
    return source.replace(".", "__")


def known(engine: str, expr: Any, names: Any) -> None:
    """Nothing, where each table of an expression came from this engine. Raises: EngineError."""
    for name in trees.sources(expr):
        if name not in names:
            raise EngineError(engine, f"the table {name!r} is not of this engine: take it from engine.table(source)")
