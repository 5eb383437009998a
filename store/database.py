"""One database: opened by its address, used in transactions that are run again when it goes away for a while.

    with open_database("reviews.db") as database:
        database.run(lambda connection: connection.execute(...))

Left out: the tables (`tables`) and how they come to be (`schema`).
"""

import errno
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from . import address
from .errors import FullError, RefusedError, UnreachableError

_T = TypeVar("_T")
GIVE_UP_S = 60.0
BUSY_S = 30.0
"""How long a transaction waits for another one of the same file."""
_PAUSES_S = (0.05, 5.0)
_PG_FULL = (
    "53100",
    "53200",
)  # disk_full, out_of_memory: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PG_PASSING = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300")
"""Serialization failure, deadlock, lock timeout, the server shuts down, crashed, starts; too many connections."""
_PG_REFUSED = ("28", "3D", "42501", "25006")
"""Beginnings: no such user or password, no such database, no permission, a server that is only read."""
_PG_WRONG = ("password", "does not exist", "pg_hba.conf", "does not support SSL")
"""What a server says to a connection that it will never take; it tells no code."""
_SQLITE_REFUSED = ("unable to open", "not a database", "readonly database", "disk I/O error", "malformed")
Tell = Callable[[str], None]


def _silent(_line: str) -> None:
    """Nobody is told."""


class Database:
    """An engine and its address; safe to share between threads, to be opened anew in a forked process."""

    def __init__(
        self, url: URL, give_up_s: float = GIVE_UP_S, sleep: Callable[[float], None] = time.sleep, tell: Tell = _silent
    ) -> None:
        """`tell` takes a line when a transaction begins to wait."""
        self.where = address.shown(url)
        self.engine = _engine(url)
        self._give_up_s = give_up_s
        self._sleep = sleep
        self._tell = tell

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def run(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` gives, in one transaction; all of it again when the database went away meanwhile.

        So `work` must not act on anything but the connection.
        Raises: RefusedError; UnreachableError; FullError; whatever `work` raises.
        """
        begun, attempt = time.monotonic(), 0
        while True:
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                waited_s = time.monotonic() - begun
                if _is_full(error):
                    raise FullError(self.where, _reason(error)) from error
                if not _is_passing(error):
                    if _is_refused(error):
                        raise RefusedError(self.where, _reason(error)) from error
                    raise
                if waited_s >= self._give_up_s:
                    raise UnreachableError(self.where, waited_s, _reason(error)) from error
                attempt += 1
                if attempt == 1:
                    self._tell(f"{self.where} is waited for, {self._give_up_s:g} s at most: {_reason(error)}")
                self._sleep(_pause_s(attempt))

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def open_database(text: str, give_up_s: float = GIVE_UP_S, tell: Tell = _silent) -> Iterator[Database]:
    """The database at an address with its schema up to date, closed afterwards; a file's folder is made.

    Raises: AddressError; RefusedError; SchemaError; TakenError; UnreachableError; FullError.
    """
    from .schema import upgrade

    url = address.parse(text)
    if url.get_backend_name() == "sqlite":
        _prepare_place(str(url.database))
    database = Database(url, give_up_s, tell=tell)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()


def _prepare_place(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise RefusedError(path, f"its folder cannot be made: {error.strerror}") from error
    if os.path.exists(path) and not os.path.isfile(path):
        raise RefusedError(path, "it is no file")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    asked = " ".join(url.normalized_query.get("options", ()))  # the person's own come last, so they hold
    options = {"connect_timeout": 10, "application_name": "undertone", "options": f"-c lock_timeout=30s {asked}"}
    return create_engine(url, connect_args=options, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL: readers and one writer side by side; transactions are begun by us, at once as writers."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _pause_s(attempt: int) -> float:
    """Exponential, with jitter."""
    least, most = _PAUSES_S
    return min(most, least * 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311


def _is_passing(error: DBAPIError) -> bool:
    """Whether it may be over in a while."""
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _PG_PASSING:
        return True
    text = str(error.orig)
    if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") is None:
        return not any(words in text for words in _PG_WRONG)  # else no server, or no connection to it
    return "database is locked" in text


def _is_refused(error: DBAPIError) -> bool:
    """Whether it is an affair of the server or the file, not of a statement."""
    state = getattr(error.orig, "sqlstate", "")
    if state is None or state.startswith(_PG_REFUSED):
        return True
    return not state and any(words in str(error.orig) for words in _SQLITE_REFUSED)


def _is_full(error: DBAPIError) -> bool:
    code, number = getattr(error.orig, "sqlstate", None), getattr(error.orig, "errno", None)
    return code in _PG_FULL or number == errno.ENOSPC or "database or disk is full" in str(error.orig)


def _reason(error: DBAPIError) -> str:
    """The driver's words, on one line."""
    return " ".join(str(error.orig).split())
