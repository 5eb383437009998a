"""The one door to the operational database for reading: short read-only transactions, never an open cursor afterwards.

PostgreSQL answers by COPY into a file of ours, so that its transaction ends as soon as the bytes are here, however slow
their reader is; a conflict on a replica (40001) or a lost connection begins again. SQLite is opened read-only.
Left out: writing (`store`), what a table is (`tables`), which database is the replica (`replicas`).
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store import address
from store.database import Database
from store.errors import AddressError, RefusedError, StoreError
from store.errors import UnreachableError as StoreUnreachable

from .errors import BudgetError, EngineError, SettingsError, SourceError, StorageError, UnreachableError

_T = TypeVar("_T")
GIVE_UP_S = 20.0
WAY_OUT = "aggregate it, filter it or take fewer columns, or set [limits] bytes_per_query"
_PIECE_BYTES = 1 << 20


class Operational:
    """A database that is read from; `folder` is where COPY's output goes for a while."""

    def __init__(self, url: str, folder: str | None = None, give_up_s: float = GIVE_UP_S) -> None:
        try:
            self.url = address.parse(url)
        except AddressError as error:
            raise SettingsError("store.url", "a database", str(error)) from error
        self.where = address.shown(self.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._folder = folder
        self._database = None if self.is_sqlite else Database(self.url, give_up_s)

    def query(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """A few rows; `sql` has the parameters of its database (`?` or `:name`). Raises: as `copy`."""
        if self.is_sqlite:
            with self.sqlite() as connection:
                return list(connection.execute(sql, values))
        return self._postgres(lambda c: [tuple(row) for row in c.execute(text(sql), dict(values) if values else {})])

    def copy(self, sql: str, limit_bytes: int | None = None) -> IO[bytes]:
        """A PostgreSQL query's result as CSV with quoted texts, in a file without a name.

        Raises: BudgetError beyond `limit_bytes`; EngineError; SourceError; UnreachableError; StorageError.
        """
        return self._postgres(lambda connection: self._copy(connection, sql, limit_bytes))

    @contextmanager
    def sqlite(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write. Raises: SourceError where there is no such file; EngineError."""
        path = self.url.database or ""
        if not os.path.isfile(path):
            raise SourceError(self.where, "a SQLite file", "no such file")
        try:
            connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=GIVE_UP_S)
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise UnreachableError(self.where, str(error)) from error
            raise EngineError("sqlite", f"{self.where}: {error}") from error

    def close(self) -> None:
        if self._database:
            self._database.close()

    def _postgres(self, work: Callable[[Connection], _T]) -> _T:
        if self._database is None:
            raise EngineError("sqlite", f"{self.where} is no PostgreSQL")

        def reading(connection: Connection) -> _T:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
            return work(connection)

        try:
            return self._database.run(reading)
        except StoreUnreachable as error:
            raise UnreachableError(self.where, str(error.__cause__ or error)) from error
        except RefusedError as error:
            if isinstance(error.__cause__, DBAPIError):
                raise _translated(self.where, error.__cause__) from error
            raise StorageError(self.where, str(error)) from error
        except StoreError as error:
            raise StorageError(self.where, str(error)) from error
        except DBAPIError as error:
            raise _translated(self.where, error) from error

    def _copy(self, connection: Connection, sql: str, limit_bytes: int | None) -> IO[bytes]:
        driver: Any = connection.connection.cursor()
        moved = 0
        spool = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # the reader closes it
        try:
            with driver.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER false)") as copy:
                for piece in copy:
                    moved += len(piece)
                    if limit_bytes is not None and moved > limit_bytes:
                        raise BudgetError(moved, limit_bytes, WAY_OUT, estimated=False)  # noqa: TRY301
                    spool.write(piece)
        except BaseException as error:
            spool.close()
            raise self._of_driver(error) from error
        spool.seek(0)
        return spool

    def _of_driver(self, error: BaseException) -> BaseException:
        """The driver's own error as SQLAlchemy's, so that `Database.run` knows what passes; a full disk as ours."""
        import psycopg

        if isinstance(error, psycopg.Error):
            broken = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
            return DBAPIError.instance("COPY", None, error, psycopg.Error, connection_invalidated=broken)
        return StorageError(self._folder or tempfile.gettempdir(), str(error)) if isinstance(error, OSError) else error


def _translated(where: str, error: DBAPIError) -> Exception:
    """What PostgreSQL says of a statement, in this room's words."""
    state, reason = getattr(error.orig, "sqlstate", None), str(error.orig).split("\nLINE")[0]
    if state in ("42P01", "42501", "3F000"):
        return SourceError(where, "a table that may be read", reason)
    if (state or "").startswith(("08", "57")):
        return UnreachableError(where, reason)
    return EngineError("postgres", reason)


def _quoted(path: str) -> str:
    """For SQLite's file: URIs."""
    return os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
