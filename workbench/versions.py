"""The version of a PostgreSQL table: exact by reading it, remembered while nothing is written, or cheap as one chooses.

    rows          the rows' number and the transactions that wrote them: the whole table is read, unless the database
                  stands where it stood when that was last done (`place`)
    log           where the database stands: nothing is read; any write to any table makes another version
    column NAME   the greatest value of a column and the planner's number of rows: an index is read. It does not see a
                  row that is changed and keeps the value, one that is deleted until the table is analysed, and one
                  with a lower value that comes late, as of a long transaction

Counters of statistics (pg_stat_user_tables) are none of these: a session reports them when it is next idle, a crash
sets them to nothing, and a replica has none. Left out: SQLite, whose file tells (`tables`).
"""

# ruff: noqa: S608  # every name in SQL is quoted by us or by our caller

import json
import os
import secrets
import tempfile
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from .errors import EngineError, SourceError
from .operational import Operational
from .settings import SourceSpec

_TREE = (
    "WITH RECURSIVE tree AS (SELECT CAST(to_regclass(:name) AS oid) AS oid"
    " UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid) "
)
_LOGGED = (
    _TREE + "SELECT bool_and(c.relkind IN ('r', 'p', 'm') AND c.relpersistence = 'p' AND NOT row_security_active(c.oid)"
    " AND coalesce(a.amname, 'heap') = 'heap') FROM tree JOIN pg_class c USING (oid) LEFT JOIN pg_am a ON a.oid = relam"
)
"""What a view, a foreign or unlogged table or a policy shows may change without a transaction of this database."""
_ESTIMATE = (
    _TREE + "SELECT coalesce(min(reltuples), -1), coalesce(sum(reltuples), 0) FROM tree JOIN pg_class USING (oid)"
    " WHERE relkind IN ('r', 'm')"
)
_STANDS = (
    "SELECT pg_is_in_recovery(), CAST(pg_postmaster_start_time() AS text),"
    " (SELECT CAST(checkpoint_lsn AS text) FROM pg_control_checkpoint()), CAST(pg_current_snapshot() AS text),"
    " CAST(pg_last_wal_replay_lsn() AS text)"
)
_RECEIVED = "SELECT CAST(pg_last_wal_receive_lsn() AS text), EXISTS (SELECT FROM pg_stat_wal_receiver)"
_INDEXED = (
    "SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam"
    " WHERE i.indrelid = to_regclass(:name) AND a.attname = :column AND i.indisvalid AND i.indpred IS NULL"
    " AND m.amname = 'btree')"
)


class Version(NamedTuple):
    """The number of rows, by the planner where they were not counted, and what changes when the rows do."""

    rows: int
    mark: str


def version(database: Operational, spec: SourceSpec, name: str, folder: str | None = None) -> Version:
    """Of the table whose quoted name is `name`, in the way that `spec.version` says.

    `folder` is where marks are remembered; none are without it.
    Raises: SourceError where this table has no such version; EngineError; UnreachableError.
    """
    if spec.version == "rows":
        return _remembered(database, name, folder)
    if spec.version == "log":
        if not logged(database, name):
            found = "one that is a view, foreign, not logged or under a policy, which changes without the log"
            raise SourceError(f"{spec.name}: version = {spec.version!r}", "a table, or version = 'rows'", found)
        return Version(_estimated(database, name), place(database) or secrets.token_hex(16))
    return _of_column(database, spec, name, spec.version.removeprefix("column "))


def place(database: Operational) -> str | None:
    """Where the database stands: while this is the same, no query sees another row; None where that is not known.

    A primary: which transactions have ended (its snapshot), in this life of the server (its start, and the last
    checkpoint, as a crash makes one and may lose transactions whose numbers are then given anew). A replica: the
    place in the log that it has replayed, where it has received nothing beyond, so that nothing is half replayed.
    """
    try:
        [(replays, started, checkpoint, snapshot, replayed)] = database.query(_STANDS)
    except (SourceError, EngineError):  # a server that is too old for it, or does not let us ask
        return None
    if not replays:
        return f"primary {started} {checkpoint} {snapshot}"
    [(received, receives)] = database.query(_RECEIVED)  # asked afterwards: nothing came in between
    return f"replica {started} {checkpoint} {replayed}" if receives and received == replayed else None


def logged(database: Operational, name: str) -> bool:
    """Whether a table, with its partitions, changes by transactions of this database alone."""
    return bool(database.query(_LOGGED, {"name": name})[0][0])


def _remembered(database: Operational, name: str, folder: str | None) -> Version:
    """What was read when the database last stood here, else the rows."""
    file = _file(database, name, folder) if folder and logged(database, name) else None
    before = place(database) if file else None
    if file and before and (known := _recall(file, before)):
        return known
    read = _read(database, name)
    if file and before and before == place(database):
        _remember(file, before, read)
    return read


def _read(database: Operational, name: str) -> Version:
    """The whole table, by how often each transaction's number (xmin) stands in it.

    What has ended writes no more rows: a known number can only become rarer, and what changes brings a new one. Their
    sum alone would not do, as two late transactions may move it there and back; that of their hashes does.
    """
    [(kind,)] = database.query("SELECT CAST(relkind AS text) FROM pg_class WHERE oid = to_regclass(:name)",
                               {"name": name})  # fmt: skip
    mark = (
        "sum(hashint8extended(xmin::text::bigint, 0))"
        if kind in ("r", "p", "m")  # a view's rows do not say who wrote them
        else "md5(string_agg(t::text, '|' ORDER BY t::text))"
    )
    [(rows, found)] = database.query(f"SELECT count(*), {mark} FROM {name} t")
    return Version(int(rows), str(found))


def _of_column(database: Operational, spec: SourceSpec, name: str, column: str) -> Version:
    if not database.query(_INDEXED, {"name": name, "column": column})[0][0]:
        expected = f"an index that begins with the column {column!r}"
        raise SourceError(f"{spec.name}: version = {spec.version!r}", expected, "none")
    quoted, rows = '"' + column.replace('"', '""') + '"', _estimated(database, name)
    [(greatest,)] = database.query(f"SELECT CAST(max({quoted}) AS text) FROM {name}")
    return Version(rows, f"column {greatest} {rows}")


def _estimated(database: Operational, name: str) -> int:
    """The planner's number of rows; counted where the table, or a part of it, was never analysed."""
    [(least, rows)] = database.query(_ESTIMATE, {"name": name})
    if least < 0:
        [(rows,)] = database.query(f"SELECT count(*) FROM {name}")
    return int(rows)


def _file(database: Operational, name: str, folder: str) -> str:
    """Of a table as this user of this database sees it."""
    [(oid,)] = database.query("SELECT CAST(CAST(to_regclass(:name) AS oid) AS bigint)", {"name": name})
    told = sha256(repr((database.url.render_as_string(hide_password=True), name, oid)).encode()).hexdigest()
    return os.path.join(folder, "versions", f"{told[:32]}.json")


def _recall(file: str, stands: str) -> Version | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        with open(file, encoding="utf-8") as opened:
            found = json.load(opened)
        if found["place"] == stands:
            return Version(int(found["rows"]), str(found["mark"]))
    return None


def _remember(file: str, stands: str, read: Version) -> None:
    """A folder that cannot be written to remembers nothing, which is no error."""
    with suppress(OSError):
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=os.path.dirname(file), delete=False, encoding="utf-8") as beside:
            json.dump({"place": stands, **read._asdict()}, beside)
        os.replace(beside.name, file)
