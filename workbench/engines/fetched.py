"""Tables of the operational database for an engine that computes elsewhere: only what it needs of them travels.

PostgreSQL computes the largest parts of an expression that read nothing but its tables, filters and aggregates too;
SQLite gives the columns that are needed. Left out: what becomes of the rows (`duckdb`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ibis
import pyarrow as pa

from ..errors import BudgetError, SourceError
from ..operational import WAY_OUT, Operational
from ..sources import Source
from . import arrow, trees
from .postgres import Postgres, named
from .protocol import Estimate

_ROWS_AT_ONCE = 50_000


class Fetcher:
    """What one database gives to one engine."""

    def __init__(self, database: Operational) -> None:
        self._database = database
        self._postgres = None if database.is_sqlite else Postgres(database)
        self._sources: dict[str, Source] = {}
        self.moved_bytes = 0

    def add(self, source: Source) -> None:
        """A table that expressions may read. Raises: SourceError; EngineError; UnreachableError."""
        self._sources[named(source.name)] = source
        if self._postgres:
            self._postgres.table(source)

    def parts(self, expr: Any) -> list[tuple[Any, str]]:
        """The parts of an expression that this database computes, each with a name for its result."""
        if self._postgres is None:
            return []
        return [(part, f"moved_{number}") for number, part in enumerate(trees.beside(expr, self._sources))]

    def estimate(self, part: Any) -> Estimate:
        """Of a part that PostgreSQL computes."""
        assert self._postgres  # noqa: S101  # only it has parts
        return self._postgres.estimate(narrow(part))

    def part(self, part: Any, limit_bytes: int | None) -> pa.Table:
        """A part's result. Raises: as `Engine.run`."""
        assert self._postgres  # noqa: S101
        before = self._postgres.moved_bytes
        try:
            return self._postgres.run(narrow(part), limit_bytes)
        finally:
            self.moved_bytes += self._postgres.moved_bytes - before

    def columns(self, name: str, columns: Sequence[str], limit_bytes: int | None) -> pa.Table:
        """Columns of a SQLite table. Raises: BudgetError; SourceError for a value of another type."""
        source = self._sources[name]
        wanted = arrow.schema(ibis.table({column: source.columns[column] for column in columns}, name=name))
        chosen = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
        table = '"' + source.address.replace('"', '""') + '"'
        with self._database.sqlite() as connection:
            cursor = connection.execute(f"SELECT {chosen} FROM {table}")  # noqa: S608  # quoted by us
            pieces = iter(lambda: cursor.fetchmany(_ROWS_AT_ONCE), [])
            return pa.Table.from_batches(self._counted(source, pieces, wanted, limit_bytes), schema=wanted)

    def _counted(
        self, source: Source, pieces: Iterable[Sequence[tuple[Any, ...]]], wanted: pa.Schema, limit_bytes: int | None
    ) -> Iterator[pa.RecordBatch]:
        moved = 0
        for rows in pieces:
            batch = _batch(source, rows, wanted)
            moved += arrow.size_bytes(batch)
            self.moved_bytes += arrow.size_bytes(batch)
            if limit_bytes is not None and moved > limit_bytes:
                raise BudgetError(moved, limit_bytes, WAY_OUT, estimated=False)
            yield batch


def narrow(part: Any) -> Any:
    """A part as a table expression."""
    return part.to_expr()


def _batch(source: Source, rows: Sequence[tuple[Any, ...]], wanted: pa.Schema) -> pa.RecordBatch:
    arrays = []
    for index, field in enumerate(wanted):
        values = [row[index] for row in rows]
        if pa.types.is_boolean(field.type):
            values = [None if value is None else bool(value) for value in values]
        try:
            arrays.append(pa.array(values, field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise SourceError(f"{source.name}, column {field.name!r}", str(field.type), str(error)) from error
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)
