"""DuckDB in this process: the default engine, over Parquet, CSV files and what it needs of operational tables.

Parquet of s3:// is read by pyarrow, which takes the columns and row groups that are asked for; nothing is installed at
run time. Left out: which tables' parts PostgreSQL computes itself (`fetched`).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.dataset as ds
from ibis.backends.sql.datatypes import DuckDBType

from .. import csvs, files, parquet
from ..errors import BudgetError, EngineError
from ..operational import WAY_OUT, Operational
from ..sources import Source
from . import arrow, lowered, trees
from .counted import Counter, counted
from .fetched import Fetcher
from .postgres import known, named
from .protocol import Estimate

_BATCH_ROWS = 65_536
_SAMPLED_ROWS = 2_000
_TEXT_BYTES = 32
"""How long a text is taken to be where no source has a column of its name."""


class DuckDB:
    """An engine of its own memory; `database` gives tables, `folder` takes what does not fit."""

    name = "duckdb"

    def __init__(self, database: Operational | None = None, folder: str | None = None) -> None:
        options: Any = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        self._connection = duckdb.connect(config=options)
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        if folder:
            self._connection.execute("SET temp_directory = ?", [os.path.join(folder, "spill")])
        self._fetcher = Fetcher(database) if database else None
        self._tables: dict[str, Source] = {}
        self._objects: dict[str, Any] = {}
        self._widths: dict[str, float] = {}
        self._counter = Counter()
        self._result_bytes = 0

    @property
    def moved_bytes(self) -> int:
        """See `protocol.Engine`: results, what came from s3://, what came from the database."""
        return self._result_bytes + self._counter.size_bytes + (self._fetcher.moved_bytes if self._fetcher else 0)

    def table(self, source: Source) -> Any:
        """See `protocol.Engine`."""
        name = named(source.name)
        if name not in self._tables or self._tables[name].version != source.version:
            with _told(), files.told(source.address):
                self._add(name, source)
            self._tables[name] = source
        return ibis.table(dict(source.columns), name=name)

    def sql(self, expr: Any) -> str:
        """See `protocol.Engine`."""
        known(self.name, expr, self._tables)
        return lowered.text(lowered.compiled(expr, self.name), self.name)

    def versions(self, expr: Any) -> dict[str, str]:
        """See `protocol.Engine`."""
        return {name: self._tables[name].version for name in trees.sources(expr)}

    def estimate(self, expr: Any) -> Estimate:
        """Rows by DuckDB's planner, bytes by a sample's widths, what is fetched by PostgreSQL's planner or footers."""
        self.sql(expr)
        parts = self._parts(expr)
        fetched = {name: self._fetcher.estimate(part) for part, name in parts} if self._fetcher else {}
        rest = trees.replaced(expr, parts)
        with self._cursor() as cursor, _told():
            for part, name in parts:
                self._stand_in(cursor, name, ibis.Schema(part.schema), fetched[name].rows)
            for name in self._whole_tables(rest):
                self._stand_in(cursor, name, ibis.schema(dict(self._tables[name].columns)), self._tables[name].rows)
            rows = _planned_rows(cursor, lowered.text(lowered.compiled(rest, self.name), self.name))
            width = sum(self._width(name, kind) for name, kind in expr.as_table().schema().items())
        travels = sum(one.bytes for one in fetched.values()) + self._read_bytes(rest)
        return Estimate(rows, round(rows * width) + travels, travels)

    def batches(self, expr: Any, limit_bytes: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `protocol.Engine`."""
        self.sql(expr)
        before, parts = self.moved_bytes, self._parts(expr)
        rest = trees.replaced(expr, parts)
        needed = trees.needed(rest)
        with self._cursor() as cursor, _told():
            for part, name in parts:
                self._fetch(
                    cursor,
                    name,
                    ibis.Schema(part.schema),
                    needed[name],
                    part,
                    _left(limit_bytes, self.moved_bytes - before),
                )
            for name in self._whole_tables(rest):
                schema = ibis.schema(dict(self._tables[name].columns))
                self._fetch(cursor, name, schema, needed[name], None, _left(limit_bytes, self.moved_bytes - before))
            result = cursor.execute(lowered.text(lowered.compiled(rest, self.name), self.name))
            for batch in arrow.conforming(result.to_arrow_reader(_BATCH_ROWS), arrow.schema(expr)):
                self._result_bytes += arrow.size_bytes(batch)
                if limit_bytes is not None and self.moved_bytes - before > limit_bytes:
                    raise BudgetError(self.moved_bytes - before, limit_bytes, WAY_OUT, estimated=False)
                yield batch

    def run(self, expr: Any, limit_bytes: int | None = None) -> pa.Table:
        """See `protocol.Engine`."""
        return arrow.table(self.batches(expr, limit_bytes), arrow.schema(expr))

    def rows(self, expr: Any) -> int:
        """See `protocol.Engine`."""
        return int(self.run(expr.as_table().count().as_table())[0][0].as_py())

    def close(self) -> None:
        self._connection.close()

    def _add(self, name: str, source: Source) -> None:
        match source.kind:
            case "csv":
                self._objects[name] = csvs.read(source.spec)
            case "table" if self._fetcher:
                self._fetcher.add(source)
            case "table":
                raise EngineError(self.name, f"{source.name} is a table, and no database was given")
            case _ if files.is_s3(source.address):
                self._objects[name] = self._dataset(source)
            case _:
                self._view(name, source)

    def _view(self, name: str, source: Source) -> None:
        found = [file.path for file in files.listed(source.address, parquet.SUFFIXES)]
        partitions = parquet.partitions(source.address, found)
        columns = ", ".join(
            f"CAST({_name(c)} AS {_type(ibis.dtype(kind))}) AS {_name(c)}" if c in partitions else _name(c)
            for c, kind in source.columns.items()
        )
        options = f"hive_partitioning={bool(partitions)}, hive_types_autocast=false"
        read = f"read_parquet([{', '.join(map(_text, found))}], {options})"
        self._connection.execute(f"CREATE OR REPLACE VIEW {_name(name)} AS SELECT {columns} FROM {read}")  # noqa: S608

    def _dataset(self, source: Source) -> Any:
        found = [files.within(file.path) for file in files.listed(source.address, parquet.SUFFIXES)]
        schema = arrow.schema(ibis.table(dict(source.columns), name="t"))
        system = counted(files.system(source.address), self._counter)
        folder = files.within(source.address)
        return ds.dataset(
            found,
            schema=schema,
            format="parquet",
            filesystem=system,
            partitioning=ds.partitioning(flavor="hive"),
            partition_base_dir=folder,
        )

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A connection for one query, so that a result that is being read is not cut off by the next."""
        cursor = self._connection.cursor()
        try:
            for name, made in self._objects.items():
                cursor.register(name, made)
            yield cursor
        finally:
            cursor.close()

    def _parts(self, expr: Any) -> list[tuple[Any, str]]:
        return self._fetcher.parts(expr) if self._fetcher else []

    def _whole_tables(self, rest: Any) -> list[str]:
        """The tables that still stand in an expression: SQLite's."""
        return [name for name in trees.sources(rest) if name in self._tables and self._tables[name].kind == "table"]

    def _fetch(
        self, cursor: Any, name: str, schema: Any, columns: list[str], part: Any, limit_bytes: int | None
    ) -> None:
        """Columns of a table or part made a view, the others null: no one asks for them."""
        assert self._fetcher  # noqa: S101  # there are tables
        if part is None:
            table = self._fetcher.columns(name, columns, limit_bytes)
        else:
            table = self._fetcher.part(part.to_expr().select(*columns).op(), limit_bytes)
        cursor.register(f"{name}__fetched", table)
        chosen = [
            _name(c) if c in columns else f"CAST(NULL AS {_type(kind)}) AS {_name(c)}" for c, kind in schema.items()
        ]
        query = f"SELECT {', '.join(chosen)} FROM {_name(name + '__fetched')}"  # noqa: S608  # quoted by us
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {_name(name)} AS {query}")

    def _stand_in(self, cursor: Any, name: str, schema: Any, rows: int) -> None:
        """Nothing but a number of rows, for the planner."""
        chosen = ", ".join(f"CAST(NULL AS {_type(kind)}) AS {_name(c)}" for c, kind in schema.items())
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {_name(name)} AS SELECT {chosen} FROM range({rows})")  # noqa: S608

    def _read_bytes(self, rest: Any) -> int:
        """What reading the needed columns moves, of s3:// by the footers, of SQLite by rows and widths."""
        total = 0.0
        for name, columns in trees.needed(rest).items():
            source = self._tables.get(name)
            if source is None:
                continue
            if source.kind == "parquet" and source.is_remote:
                found = [file.path for file in files.listed(source.address, parquet.SUFFIXES)]
                total += parquet.column_bytes(found, columns)
            elif source.kind == "table":
                total += source.rows * sum(self._width(c, ibis.dtype(source.columns[c])) for c in columns)
        return round(total)

    def _width(self, column: str, kind: Any) -> float:
        """Bytes of one value: of texts the mean of a sample of the local source that has such a column."""
        if not kind.is_string():
            return _fixed(kind)
        if column not in self._widths:
            self._widths[column] = self._sampled(column)
        return self._widths[column]

    def _sampled(self, column: str) -> float:
        for name, source in self._tables.items():
            if source.columns.get(column) == "string" and not source.is_remote:
                sample = f"SELECT {_name(column)} FROM {_name(name)} LIMIT {_SAMPLED_ROWS}"  # noqa: S608
                query = f"SELECT avg(strlen({_name(column)})) FROM ({sample})"  # noqa: S608
                with self._cursor() as cursor:
                    return float(cursor.execute(query).fetchone()[0] or 0) + 4
        return _TEXT_BYTES


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise EngineError("duckdb", str(error).split("\n\nLINE")[0]) from error


def _planned_rows(cursor: Any, sql: str) -> int:
    """Of the plan's highest step that has a number."""
    steps = json.loads(cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}").fetchone()[1])
    while steps:
        found = steps[0]["extra_info"].get("Estimated Cardinality")
        if found is not None:
            return int(found)
        steps = steps[0]["children"]
    return 1


def _left(limit_bytes: int | None, moved_bytes: int) -> int | None:
    return None if limit_bytes is None else max(limit_bytes - moved_bytes, 0)


def _fixed(kind: Any) -> float:
    return float(getattr(kind, "nbytes", 0) or (16 if kind.is_decimal() else 8))


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _type(kind: Any) -> str:
    return str(DuckDBType.to_string(kind))
