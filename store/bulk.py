"""Many rows into one table at once, so that giving the same rows again changes nothing.

    PostgreSQL   COPY into a table of this transaction, then INSERT ... ON CONFLICT
    SQLite       INSERT ... ON CONFLICT, prepared once for all rows

A row whose key is there already is replaced where it differs, or kept with `replace=False`.
Left out: which rows (`reviews`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Column, Connection, MetaData, Table, or_, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, replace: bool = True) -> int:
    """How many rows were added or changed; all rows have all columns. Of rows with one key the last counts."""
    if not rows:
        return 0
    distinct = list({tuple(row[c.name] for c in table.primary_key): row for row in rows}.values())
    if connection.dialect.name == "postgresql":
        return _copy(connection, table, distinct, replace=replace)
    result = connection.execute(_sqlite(table, replace=replace), distinct)
    return result.rowcount


def _sqlite(table: Table, *, replace: bool) -> Any:
    return on_conflict(table, sqlite.insert(table), replace=replace)


def _copy(connection: Connection, table: Table, rows: Iterable[Row], *, replace: bool) -> int:
    staging = Table(f"new_{table.name}", MetaData(), *(Column(c.name, c.type) for c in table.columns))
    names = [column.name for column in table.columns]
    connection.execute(text(f'CREATE TEMPORARY TABLE {staging.name} (LIKE "{table.name}") ON COMMIT DROP'))
    columns = ", ".join(f'"{name}"' for name in names)
    with copying(connection, f"COPY {staging.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])
    insert = postgresql.insert(table).from_select(names, staging.select())
    counted = {"preserve_rowcount": True}
    changed = connection.execute(on_conflict(table, insert, replace=replace), execution_options=counted).rowcount
    connection.execute(text(f"DROP TABLE {staging.name}"))
    return changed


@contextmanager
def copying(connection: Connection, statement: str) -> Iterator[Any]:
    """COPY by psycopg, https://www.postgresql.org/docs/current/sql-copy.html; its errors are SQLAlchemy's.

    Raises: DBAPIError, so that `Database.run` knows what is passing.
    """
    import psycopg

    driver = connection.connection.cursor()
    try:
        with driver.copy(statement) as copy:
            yield copy
    except psycopg.Error as error:
        gone = connection.dialect.is_disconnect(cast("Any", error), driver.connection, driver)
        if gone:
            connection.invalidate(error)
        base: Any = psycopg.Error
        raise DBAPIError.instance(
            statement, None, error, base, connection_invalidated=gone, dialect=connection.dialect
        ) from error


def on_conflict(table: Table, insert: Any, *, replace: bool, columns: Sequence[str] = ()) -> Any:
    """The insert of some columns (all where none are named), and what becomes of a row that is there.

    It is changed where one of them differs, or kept.
    """
    keys = [column.name for column in table.primary_key]
    others = [name for name in columns or table.columns.keys() if name not in keys]
    if not replace or not others:
        return insert.on_conflict_do_nothing(index_elements=keys)
    differs = or_(*(table.c[name].is_distinct_from(insert.excluded[name]) for name in others))
    new = {name: insert.excluded[name] for name in others}
    return insert.on_conflict_do_update(index_elements=keys, set_=new, where=differs)
