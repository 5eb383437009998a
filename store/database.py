"""One database: opened by its address, used in transactions that are run again when it goes away for a while.

    with open_database("reviews.db") as database:
        database.run(lambda connection: connection.execute(...))

Left out: the tables (`tables`) and how they come to be (`schema`).
"""

import errno
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from . import address
from .errors import FullError, UnreachableError

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


class Database:
    """An engine and its address; safe to share between threads, to be opened anew in a forked process."""

    def __init__(self, url: URL, give_up_s: float = GIVE_UP_S, sleep: Callable[[float], None] = time.sleep) -> None:
        self.where = address.shown(url)
        self.engine = _engine(url)
        self._give_up_s = give_up_s
        self._sleep = sleep

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def run(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` gives, in one transaction; all of it again when the database went away meanwhile.

        So `work` must not act on anything but the connection.
        Raises: UnreachableError; FullError; whatever `work` raises.
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
                passing = _is_passing(error)
                if not passing and not _is_outside(error):
                    raise
                if not passing or waited_s >= self._give_up_s:
                    raise UnreachableError(self.where, waited_s, _reason(error)) from error
                attempt += 1
                self._sleep(_pause_s(attempt))

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def open_database(text: str, give_up_s: float = GIVE_UP_S) -> Iterator[Database]:
    """The database at an address with its schema up to date, closed afterwards.

    Raises: AddressError; SchemaError; UnreachableError; FullError.
    """
    from .schema import upgrade

    database = Database(address.parse(text), give_up_s)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()


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
        return "password" not in text and "does not exist" not in text  # no server, or no connection to it
    return "database is locked" in text


def _is_outside(error: DBAPIError) -> bool:
    """Whether it is an affair of the server or the file, not of a statement."""
    state = getattr(error.orig, "sqlstate", "")
    return state is None or (state or "")[:2] in ("28", "3D") or "unable to open" in str(error.orig)


def _is_full(error: DBAPIError) -> bool:
    code, number = getattr(error.orig, "sqlstate", None), getattr(error.orig, "errno", None)
    return code in _PG_FULL or number == errno.ENOSPC or "database or disk is full" in str(error.orig)


def _reason(error: DBAPIError) -> str:
    """The driver's words, on one line."""
    return " ".join(str(error.orig).split())
