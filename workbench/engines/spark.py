"""Spark as an engine: local where Java is there, or the session that a Glue job has; for what one machine cannot hold.

ANSI mode is on, so that what overflows says so. Left out: starting a cluster, and how tables that lie here get there
(`shipped`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from .. import csvs, files, parquet
from ..errors import BudgetError, EngineError, EngineMissing
from ..operational import WAY_OUT, Operational
from ..sources import Source
from . import arrow, lowered, shipped, trees
from .fetched import Fetcher
from .postgres import known, named
from .protocol import Estimate

_CONFIGURATION = {
    "spark.master": "local[*]", "spark.app.name": "undertone-workbench", "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": "8",
    "spark.sql.catalogImplementation": "in-memory", "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false", "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}  # fmt: skip
_MEANING = {
    "spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC", "spark.sql.caseSensitive": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}  # fmt: skip
"""What makes its answers those of the other engines; set on a session that was given, too."""


class Spark:
    """An engine over a session; one that was given is not stopped by `close`."""

    name = "spark"

    def __init__(self, session: Any = None, database: Operational | None = None, folder: str | None = None) -> None:
        self._owns = session is None
        self._session = session or _started()
        for key, value in _MEANING.items():
            self._session.conf.set(key, value)
        _ = ibis.pyspark  # its compiler reads options that this registers
        self._fetcher = Fetcher(database) if database else None
        self._tables: dict[str, Source] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="undertone-spark-", dir=folder)
        self._views = 0
        self._result_bytes = 0

    @property
    def moved_bytes(self) -> int:
        """See `protocol.Engine`: results, and what came from the database."""
        return self._result_bytes + (self._fetcher.moved_bytes if self._fetcher else 0)

    def table(self, source: Source) -> Any:
        """See `protocol.Engine`."""
        name = named(source.name)
        with _told(), files.told(source.address):
            match source.kind:
                case "csv":
                    self._view(name, csvs.read(source.spec))
                case "table" if self._fetcher:
                    self._fetcher.add(source)
                case "table":
                    raise EngineError(self.name, f"{source.name} is a table, and no database was given")
                case _:
                    self._parquet(source).createOrReplaceTempView(name)
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
        """By Spark's own optimizer, which knows sizes: https://spark.apache.org/docs/latest/sql-performance-tuning.html."""
        self.sql(expr)
        parts = self._parts(expr)
        fetched = sum(self._fetcher.estimate(part).bytes for part, _ in parts) if self._fetcher else 0
        if parts or self._whole_tables(expr) or self._shipped(expr):  # the optimizer knows nothing of these
            rows = max((self._tables[name].rows for name in trees.sources(expr)), default=1)
            return Estimate(rows, fetched + rows * _width(expr), fetched)
        with _told():
            plan = self._session.sql(self.sql(expr))._jdf.queryExecution().optimizedPlan().stats()  # noqa: SLF001
            size_bytes = int(str(plan.sizeInBytes()))
        return Estimate(max(size_bytes // _width(expr), 1), size_bytes, fetched)

    def batches(self, expr: Any, limit_bytes: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `protocol.Engine`."""
        self.sql(expr)
        before, parts = self.moved_bytes, self._parts(expr)
        rest = trees.replaced(expr, parts)
        needed = trees.needed(rest)
        for name in [name for _, name in parts] + self._whole_tables(rest):
            part = next((part for part, other in parts if other == name), None)
            self._fetch(name, part, needed[name], limit_bytes)
        for batch in arrow.conforming(self._collected(rest), arrow.schema(expr)):
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
        self._folder.cleanup()
        if self._owns:
            self._session.stop()
            self._owns = False

    def _collected(self, rest: Any) -> Iterator[pa.RecordBatch]:
        """By way of Parquet files where Spark runs here, so that a result may be larger than memory; else as Arrow."""
        with _told():
            frame = self._session.sql(lowered.text(lowered.compiled(rest, self.name), self.name))
            if not self._owns:
                yield from _arrow(frame).to_batches()
                return
            self._views += 1
            path = os.path.join(self._folder.name, f"result-{self._views}")
            frame.write.parquet(path)
        try:
            for name in sorted(name for name in os.listdir(path) if name.endswith(".parquet")):  # in their order
                with pq.ParquetFile(os.path.join(path, name)) as file:
                    yield from file.iter_batches()
        finally:
            shutil.rmtree(path)

    def _parts(self, expr: Any) -> list[tuple[Any, str]]:
        return self._fetcher.parts(expr) if self._fetcher else []

    def _whole_tables(self, rest: Any) -> list[str]:
        return [name for name in trees.sources(rest) if name in self._tables and self._tables[name].kind == "table"]

    def _shipped(self, expr: Any) -> bool:
        """Whether it reads a file of ours that goes with the query."""
        here = shipped.is_here(self._session.conf.get("spark.master", ""))
        return not here and any(self._tables[name].kind == "csv" for name in trees.sources(expr))

    def _fetch(self, name: str, part: Any, columns: list[str], limit_bytes: int | None) -> None:
        """A table's needed columns, or what PostgreSQL made of a part, as a view; the other columns are null."""
        assert self._fetcher  # noqa: S101  # there are tables
        if part is None:
            table = self._fetcher.columns(name, columns, limit_bytes)
            schema = ibis.schema(dict(self._tables[name].columns))
        else:
            table = self._fetcher.part(part.to_expr().select(*columns).op(), limit_bytes)
            schema = ibis.Schema(part.schema)
        for column, kind in schema.items():
            if column not in columns:
                table = table.append_column(column, pa.nulls(table.num_rows, kind.to_pyarrow()))
        self._view(name, table)

    def _view(self, name: str, table: pa.Table) -> None:
        self._views += 1
        path = os.path.join(self._folder.name, f"{name}-{self._views}.parquet")
        shipped.frame(self._session, table, path).createOrReplaceTempView(name)

    def _parquet(self, source: Source) -> Any:
        address = source.address.replace("s3://", "s3a://", 1) if self._owns else source.address
        read = self._session.read.parquet(address)
        found = [file.path for file in files.listed(source.address, parquet.SUFFIXES)]
        partitions = parquet.partitions(source.address, found)
        chosen = [
            f"CAST(`{c}` AS BIGINT) AS `{c}`" if partitions.get(c) == "int64" else f"`{c}`" for c in source.columns
        ]
        return read.selectExpr(*chosen)


def _started() -> Any:
    """A local session. Raises: EngineMissing without pyspark or Java."""
    if shutil.which("java") is None:
        raise EngineMissing("spark", "Java 17 is not installed")
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineMissing("spark", "pyspark is not installed: requirements/spark.txt") from error
    builder = SparkSession.builder
    for key, value in _CONFIGURATION.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _arrow(frame: Any) -> pa.Table:
    """Spark 4 has `toArrow`; 3.5, as on Glue, gives its batches."""
    if hasattr(frame, "toArrow"):
        return frame.toArrow()
    batches = frame._collect_as_arrow()  # noqa: SLF001
    from pyspark.sql.pandas.types import to_arrow_schema

    return pa.Table.from_batches(batches, schema=to_arrow_schema(frame.schema))


def _width(expr: Any) -> int:
    kinds = expr.as_table().schema().values()
    return max(round(sum(float(getattr(kind, "nbytes", 0) or 20) for kind in kinds)), 1)


@contextmanager
def _told() -> Iterator[None]:
    try:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]
        from pyspark.errors import PySparkException
    except ImportError as error:
        raise EngineMissing("spark", "pyspark is not installed: requirements/spark.txt") from error
    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise EngineError("spark", str(error).split("JVM stacktrace")[0][:400]) from error
