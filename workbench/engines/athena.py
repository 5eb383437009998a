"""Athena as an engine: Parquet of s3:// by its Glue table, computed there; only the result's file is read.

What a query may scan is limited by its workgroup; the tables are named as the sources are. Left out: making the
tables, which the crawler of the stack does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Protocol

import ibis
import pyarrow as pa
import sqlglot.expressions as sge

from .. import files, parquet
from ..errors import BudgetError, EngineError, EngineMissing, SettingsError, UnreachableError
from ..operational import WAY_OUT
from ..settings import Athena as Where
from ..sources import Source
from . import arrow, lowered, trees
from .postgres import known, named
from .protocol import Estimate

_PAUSES_S = (0.1, 5.0)
_TEXT_BYTES = 32
_AGAIN = ("ThrottlingException", "TooManyRequestsException", "InternalServerException", "ServiceUnavailable")


class Client(Protocol):
    """What is needed of boto3's client for Athena."""

    def start_query_execution(self, **arguments: Any) -> dict[str, Any]: ...

    def get_query_execution(self, **arguments: Any) -> dict[str, Any]: ...

    def get_query_results(self, **arguments: Any) -> dict[str, Any]: ...

    def stop_query_execution(self, **arguments: Any) -> dict[str, Any]: ...


class Athena:
    """An engine over one workgroup and database."""

    name = "athena"

    def __init__(self, where: Where, client: Client | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._where = where
        self._client = client or _client(where)
        self._sleep = sleep
        self._tables: dict[str, Source] = {}
        self.moved_bytes = 0
        self.scanned_bytes = 0
        """What Athena read, which it is paid by."""

    def table(self, source: Source) -> Any:
        """See `protocol.Engine`."""
        if source.kind != "parquet" or not source.is_remote:
            raise EngineError(self.name, f"{source.name} is no Parquet of s3://, which Athena reads; use duckdb")
        self._tables[named(source.name)] = source
        return ibis.table(dict(source.columns), name=named(source.name))

    def sql(self, expr: Any) -> str:
        """See `protocol.Engine`."""
        known(self.name, expr, self._tables)
        database = sge.to_identifier(self._where.database, quoted=True)
        places = {name: sge.Table(this=sge.to_identifier(name, quoted=True), db=database) for name in self._tables}
        return lowered.text(lowered.compiled(expr, self.name, places), self.name)

    def versions(self, expr: Any) -> dict[str, str]:
        """See `protocol.Engine`."""
        return {name: self._tables[name].version for name in trees.sources(expr)}

    def estimate(self, expr: Any) -> Estimate:
        """At most so many rows, by the sources' own numbers; what is scanned by the footers of the needed columns."""
        known(self.name, expr, self._tables)
        rows = trees.most_rows(expr, {name: source.rows for name, source in self._tables.items()})
        width = sum(float(getattr(kind, "nbytes", 0) or _TEXT_BYTES) for kind in expr.as_table().schema().values())
        return Estimate(rows, round(rows * width), scanned_bytes=self._scanned(expr))

    def batches(self, expr: Any, limit_bytes: int | None = None) -> Iterator[pa.RecordBatch]:
        """See `protocol.Engine`."""
        query = self._started(self.sql(expr))
        output = self._finished(query)
        self._check(query, expr)
        [file] = files.listed(output, (".csv",))
        if limit_bytes is not None and file.size_bytes > limit_bytes:
            raise BudgetError(file.size_bytes, limit_bytes, WAY_OUT, estimated=False)
        self.moved_bytes += file.size_bytes
        yield from arrow.from_csv(BytesIO(files.content(output)), arrow.schema(expr), header=True)

    def run(self, expr: Any, limit_bytes: int | None = None) -> pa.Table:
        """See `protocol.Engine`."""
        return arrow.table(self.batches(expr, limit_bytes), arrow.schema(expr))

    def rows(self, expr: Any) -> int:
        """See `protocol.Engine`."""
        return int(self.run(expr.as_table().count().as_table())[0][0].as_py())

    def close(self) -> None:
        """Nothing is held."""

    def _scanned(self, expr: Any) -> int:
        total = 0
        for name, columns in trees.needed(expr).items():
            found = files.listed(self._tables[name].address, parquet.SUFFIXES)
            total += parquet.column_bytes([file.path for file in found], columns)
        return total

    def _started(self, sql: str) -> str:
        arguments: dict[str, Any] = {"QueryString": sql, "WorkGroup": self._where.workgroup}
        arguments["QueryExecutionContext"] = {"Database": self._where.database}
        if self._where.output:
            arguments["ResultConfiguration"] = {"OutputLocation": self._where.output}
        with _told():
            return str(self._client.start_query_execution(**arguments)["QueryExecutionId"])

    def _finished(self, query: str) -> str:
        """Where the result is, once it is there; one that is interrupted is stopped."""
        pause_s, most_s = _PAUSES_S
        try:
            while True:
                with _told():
                    found = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
                if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                    break
                self._sleep(pause_s)
                pause_s = min(2 * pause_s, most_s)
        except KeyboardInterrupt:
            self._client.stop_query_execution(QueryExecutionId=query)
            raise
        return self._output(found)

    def _output(self, found: dict[str, Any]) -> str:
        scanned = int(found.get("Statistics", {}).get("DataScannedInBytes", 0))
        self.scanned_bytes += scanned
        if found["Status"]["State"] == "SUCCEEDED":
            return str(found["ResultConfiguration"]["OutputLocation"])
        reason = found["Status"].get("StateChangeReason", found["Status"]["State"])
        if "Bytes scanned limit" in reason:
            raise BudgetError(
                scanned, scanned, f"the workgroup {self._where.workgroup} allows no more: {WAY_OUT}", estimated=False
            )
        if found["Status"].get("AthenaError", {}).get("Retryable"):
            raise UnreachableError("Athena", reason)
        raise EngineError(self.name, reason)

    def _check(self, query: str, expr: Any) -> None:
        """The result's columns are those that were asked for: a table of Glue may be another one."""
        with _told():
            found = self._client.get_query_results(QueryExecutionId=query, MaxResults=1)["ResultSet"]
        names = [column["Name"] for column in found["ResultSetMetadata"]["ColumnInfo"]]
        expected = arrow.schema(expr).names
        if names != expected:
            raise EngineError(self.name, f"expected the columns {', '.join(expected)}, found {', '.join(names)}")


def _client(where: Where) -> Any:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=10, read_timeout=60)
    try:
        return boto3.client("athena", region_name=where.region or None, config=config)
    except BotoCoreError as error:
        raise SettingsError("athena.region", "a region of AWS", str(error)) from error


@contextmanager
def _told() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise EngineMissing("athena", str(error)) from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _AGAIN:
            raise UnreachableError("Athena", str(error)) from error
        raise EngineError("athena", str(error)) from error
    except BotoCoreError as error:
        raise UnreachableError("Athena", str(error)) from error
