"""Partitions of predictions: one for each model on PostgreSQL, made without stopping anybody, dropped at once.

What waits for a lock on a table makes everybody after it wait too. So every change of tables gives up after a second
and is tried again by `Database.run`. SQLite has one table for all models.
Left out: when they are made and dropped (`results`, `predictions`).
"""

from hashlib import sha256

from sqlalchemy import Connection, delete, text
from sqlalchemy.exc import DBAPIError

from .tables import PREDICTION

LOCK_TIMEOUT_MS = 1000
_LOCK_NOT_AVAILABLE = "55P03"


def limit_locks(connection: Connection) -> None:
    """To be called before any change of tables in this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))


def is_locked(error: BaseException | None) -> bool:
    """Whether a lock was not to be had in that time."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def name(model: str) -> str:
    """The name of a model's partition; a model's own name may hold what a table's may not.

    >>> name("emotion-1.0.0")
    'prediction_d57f3e1790231d97'
    """
    return f"prediction_{sha256(model.encode()).hexdigest()[:16]}"


def make(connection: Connection, model: str) -> None:
    """Make a model's partition and attach it.

    CREATE TABLE ... PARTITION OF would lock all readers out, ATTACH PARTITION locks out nobody who reads or writes:
    https://www.postgresql.org/docs/current/ddl-partitioning.html.
    """
    if connection.dialect.name != "postgresql":
        return
    from psycopg.sql import Literal

    limit_locks(connection)
    connection.execute(text(f"CREATE TABLE {name(model)} (LIKE prediction INCLUDING ALL)"))
    value = Literal(model).as_string(None)
    connection.exec_driver_sql(f"ALTER TABLE prediction ATTACH PARTITION {name(model)} FOR VALUES IN ({value})")


def drop(connection: Connection, model: str) -> None:
    """Take a model's predictions away."""
    if connection.dialect.name == "postgresql":
        limit_locks(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {name(model)}"))
    else:
        connection.execute(delete(PREDICTION).where(PREDICTION.c.model == model))
