"""The tables of the operational database as sources: columns, rows, bytes and a version, on PostgreSQL and SQLite.

Types that engines do not share are told apart here: on PostgreSQL they are read as text (uuid, json, enum, ...), times
with a zone as UTC. Left out: reading the rows (`operational`, `engines`), and how a version is found (`versions`).
"""

import os
import re
from collections.abc import Mapping
from hashlib import sha256

import sqlglot.expressions as sge

from . import versions
from .errors import SourceError
from .operational import Operational
from .settings import SourceSpec
from .sources import Source

_POSTGRES = {
    "smallint": "int16", "integer": "int32", "bigint": "int64", "real": "float32", "double precision": "float64",
    "boolean": "boolean", "text": "string", "date": "date", "timestamp without time zone": "timestamp(6)",
}  # fmt: skip
_CAST = {
    "timestamp with time zone": ("timestamp(6)", "{0} AT TIME ZONE 'UTC'"),
    "numeric": ("decimal(38, 9)", "CAST({0} AS DECIMAL(38, 9))"),
}
_SQLITE = (("INT", "int64"), ("CHAR", "string"), ("CLOB", "string"), ("TEXT", "string"), ("BOOL", "boolean"),
           ("REAL", "float64"), ("FLOA", "float64"), ("DOUB", "float64"))  # fmt: skip
"""https://www.sqlite.org/datatype3.html, 3.1; what is none of these is read as text."""


def describe(database: Operational, spec: SourceSpec, folder: str | None = None) -> Source:
    """The table as it is now; `folder` is where its version may be remembered (`versions`).

    Raises: SourceError where there is none; EngineError; UnreachableError.
    """
    return _sqlite(database, spec) if database.is_sqlite else _postgres(database, spec, folder)


def names(database: Operational) -> list[str]:
    """The tables and views that there are, sorted; of PostgreSQL those on the search path, no partitions."""
    if database.is_sqlite:
        rows = database.query(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        )
    else:
        rows = database.query(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition "
            "AND pg_table_is_visible(oid) AND relnamespace <> 'pg_catalog'::regnamespace"
        )
    return sorted(str(name) for (name,) in rows)


def place(spec: SourceSpec, columns: Mapping[str, str]) -> sge.Expression:
    """What stands for the table in PostgreSQL's SQL: its name, or a query that reads odd types as shared ones.

    `columns` maps names to PostgreSQL's own types.
    """
    schema, _, table = spec.address.rpartition(".")
    name = sge.Table(
        this=sge.to_identifier(table, quoted=True), db=sge.to_identifier(schema, quoted=True) if schema else None
    )
    if all(_shared(kind)[1] is None for kind in columns.values()):
        return name
    chosen = [_read(column, kind) for column, kind in columns.items()]
    return sge.select(*chosen).from_(name)


def postgres_columns(database: Operational, spec: SourceSpec) -> dict[str, str]:
    """Names and PostgreSQL's own types. Raises: SourceError."""
    rows = database.query(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        {"name": _regclass(spec.address)},
    )
    if not rows:
        raise SourceError(
            f"{database.where}, table {spec.address}", "a table", f"only {', '.join(names(database)) or 'none'}"
        )
    return {str(name): str(kind) for name, kind in rows}


def _postgres(database: Operational, spec: SourceSpec, folder: str | None) -> Source:
    columns = postgres_columns(database, spec)
    name = _regclass(spec.address)
    [(kind,)] = database.query("SELECT relkind::text FROM pg_class WHERE oid = to_regclass(:name)", {"name": name})
    [(size,)] = database.query(
        "SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_partition_tree(to_regclass(:name))"
        if kind == "p"
        else "SELECT pg_total_relation_size(to_regclass(:name))",
        {"name": name},
    )
    found = versions.version(database, spec, name, folder)
    types = {column: _shared(kind)[0] for column, kind in columns.items()}
    return Source(spec, types, found.rows, int(size or 0), _digest(columns, found))


def _sqlite(database: Operational, spec: SourceSpec) -> Source:
    table = _sqlite_name(spec.address)
    columns = {str(row[1]): str(row[2]).upper() for row in database.query(f"PRAGMA table_info({table})")}
    if not columns:
        raise SourceError(
            f"{database.where}, table {spec.address}", "a table", f"only {', '.join(names(database)) or 'none'}"
        )
    [(rows,)] = database.query(f"SELECT count(*) FROM {table}")  # noqa: S608
    path = database.url.database or ""
    states = [os.stat(file) for file in (path, f"{path}-wal") if os.path.exists(file) and os.path.getsize(file)]
    marks = [(state.st_size, state.st_mtime_ns) for state in states]
    types = {name: next((k for part, k in _SQLITE if part in kind), "string") for name, kind in columns.items()}
    return Source(spec, types, int(rows), sum(size for size, _ in marks), _digest(columns, rows, marks))


def _shared(kind: str) -> tuple[str, str | None]:
    """The ibis type of a PostgreSQL type, and the SQL that reads it so where it is another one."""
    if kind in _POSTGRES:
        return _POSTGRES[kind], None
    if kind in _CAST:
        return _CAST[kind]
    if found := re.fullmatch(r"numeric\((\d+),(\d+)\)", kind):
        if int(found[1]) <= 38:
            return f"decimal({found[1]}, {found[2]})", None
        return _CAST["numeric"]
    if re.fullmatch(r"timestamp\(\d\) with time zone", kind):
        return _CAST["timestamp with time zone"]
    if re.fullmatch(r"timestamp\(\d\) without time zone", kind):
        return "timestamp(6)", None
    return "string", "CAST({0} AS TEXT)"


def _read(column: str, kind: str) -> sge.Expr:
    name = sge.column(column, quoted=True)
    _, how = _shared(kind)
    if how is None:
        return name
    import sqlglot

    return sqlglot.parse_one(how.format(name.sql("postgres")), dialect="postgres").as_(column, quoted=True)


def _regclass(address: str) -> str:
    """The name as SQL writes it, schema and table quoted.

    >>> _regclass("sales.Order")
    '"sales"."Order"'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in address.split(".", 1))


def _sqlite_name(address: str) -> str:
    return '"' + address.replace('"', '""') + '"'


def _digest(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:16]
