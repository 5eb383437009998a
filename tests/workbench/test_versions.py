"""The version of a PostgreSQL table: never the same for other rows, on a primary, on its replica, across a crash."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from store import address
from tests.store.postgres import programs
from workbench import versions
from workbench.catalog import describe
from workbench.errors import SettingsError, SourceError
from workbench.oltp.cluster import Server, primary_and_replica
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec, load

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (Debian: postgresql)")

QUIET = {"autovacuum": "off", "checkpoint_timeout": "1h"}
"""The server writes nothing of its own to a primary's tables."""


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    with primary_and_replica(options=QUIET | {"wal_receiver_status_interval": "1s"}) as both:
        yield both


@contextmanager
def session(server: Server, *, commits: bool = True) -> Iterator[Connection]:
    """A connection in which each statement is a transaction, or all are one."""
    engine = create_engine(address.parse(server.url))
    level = {"isolation_level": "AUTOCOMMIT"} if commits else {}
    with engine.connect().execution_options(**level) as connection:
        yield connection
    engine.dispose()


def run(server: Server, *statements: str) -> None:
    with session(server) as connection:
        for one in statements:
            connection.execute(text(one))


def reader(server: Server, folder: Path, how: str = "rows", table: str = "t") -> Any:
    """A function: the table's version, as `catalog` tells it."""
    settings = Settings(
        store=server.url, sources={"t": SourceSpec("t", "table", table, version=how)}, folder=str(folder)
    )
    return lambda: describe(settings, "t").version


@pytest.fixture
def primary(pair: tuple[Server, Server]) -> Server:
    run(pair[0], "DROP TABLE IF EXISTS t CASCADE", "CREATE TABLE t (id integer PRIMARY KEY, n integer)",
        "INSERT INTO t SELECT i, i FROM generate_series(1, 100) i")  # fmt: skip
    return pair[0]


def remembered(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(one.read_text()) for one in (folder / "versions").glob("*.json")]


def test_nothing_is_read_while_nothing_is_written(primary: Server, tmp_path: Path):
    """What was read is remembered with where the database stood: another mark beside it is believed."""
    version = reader(primary, tmp_path)
    until, first = time.monotonic() + 60, version()
    while not (kept := remembered(tmp_path)) and time.monotonic() < until:  # where the server wrote meanwhile
        first = version()
    [kept] = kept
    assert (kept["rows"], version()) == (100, first)
    [file] = (tmp_path / "versions").iterdir()
    file.write_text(json.dumps({**kept, "mark": "so it was not read"}))
    assert version() != first
    run(primary, "CREATE TABLE IF NOT EXISTS elsewhere (n integer)", "INSERT INTO elsewhere VALUES (1)")
    assert version() == first  # read again, as something was written, and the same


@pytest.mark.parametrize("how", ["rows", "log"])
@pytest.mark.parametrize(
    "change",
    ["INSERT INTO t VALUES (101, 1)", "UPDATE t SET n = 0 WHERE id = 7", "DELETE FROM t WHERE id = 7", "TRUNCATE t",
     "BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 2); COMMIT",
     "ALTER TABLE t ALTER n TYPE bigint"],
)  # fmt: skip
def test_every_change_makes_another_version(primary: Server, tmp_path: Path, how: str, change: str):
    version = reader(primary, tmp_path, how)
    first = version()
    run(primary, *change.split("; "))
    assert version() != first


@pytest.mark.parametrize("how", ["rows", "log"])
def test_a_transaction_that_ends_late_counts_when_it_ends(primary: Server, tmp_path: Path, how: str):
    """It began, and wrote, before the version was read, and other transactions ended meanwhile."""
    version = reader(primary, tmp_path, how)
    with session(primary, commits=False) as late:
        late.execute(text("UPDATE t SET n = -1 WHERE id = 5"))
        run(primary, "UPDATE t SET n = -2 WHERE id = 6")
        first = settled(version)
        late.commit()
        assert version() != first
    second = version()
    with session(primary, commits=False) as late:
        late.execute(text("UPDATE t SET n = -3 WHERE id = 5"))
        late.rollback()
    if how == "rows":
        assert version() == second


def test_late_transactions_do_not_make_up_for_each_other(primary: Server, tmp_path: Path):
    """Number, greatest and sum of the rows' transactions stay the same here: 1, 4 become 2, 3."""
    version = reader(primary, tmp_path)
    with session(primary, commits=False) as second, session(primary, commits=False) as third:
        run(primary, "UPDATE t SET n = 0 WHERE id = 1")
        for late in (second, third):
            late.execute(text("SELECT txid_current()"))
        run(primary, "UPDATE t SET n = 0 WHERE id = 2", "UPDATE t SET n = 0 WHERE id = 3")
        first = version()
        for late, row in ((second, 1), (third, 2)):
            late.execute(text("UPDATE t SET n = 9 WHERE id = :row"), {"row": row})
            late.commit()
    assert version() != first


def test_a_table_that_loses_its_rows_in_a_crash_is_always_read(tmp_path: Path):
    """No transaction empties it: an unlogged table; and after a crash nothing that was remembered counts."""
    with primary_and_replica(options=QUIET) as (server, _):
        run(server, "CREATE UNLOGGED TABLE t (n integer)", "INSERT INTO t VALUES (1)",
            "CREATE TABLE kept (n integer)", "INSERT INTO kept VALUES (1)")  # fmt: skip
        unlogged, kept = reader(server, tmp_path), reader(server, tmp_path, table="kept")
        first, stood = unlogged(), kept()
        assert len(remembered(tmp_path)) == 1
        before = versions.place(database := Operational(server.url))
        database.close()
        crash(server)
        after = versions.place(database := Operational(server.url))
        database.close()
        assert (before == after, unlogged() == first, kept() == stood) == (False, False, True)


def crash(server: Server) -> None:
    """A session is killed, whereupon the server, which goes on, recovers from its log."""
    with session(server) as connection:
        started, pid = connection.execute(text("SELECT pg_postmaster_start_time(), pg_backend_pid()")).one()
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with session(server) as connection:
                assert connection.execute(text("SELECT pg_postmaster_start_time()")).scalar_one() == started
                return
        except OperationalError:  # it recovers
            time.sleep(0.05)
    pytest.fail("the server did not come back")


@pytest.mark.parametrize(
    "statement",
    ["CREATE VIEW v AS SELECT * FROM t WHERE n < extract(epoch FROM now())",
     "CREATE TABLE v (n integer) PARTITION BY LIST (n); CREATE UNLOGGED TABLE v1 PARTITION OF v FOR VALUES IN (1)"],
)  # fmt: skip
def test_what_changes_without_the_log_is_not_remembered(primary: Server, tmp_path: Path, statement: str):
    """And has no version by the log."""
    run(primary, "DROP TABLE IF EXISTS v CASCADE" if "TABLE" in statement else "SELECT 1", *statement.split("; "))
    reader(primary, tmp_path, table="v")()
    assert not (tmp_path / "versions").exists()
    with pytest.raises(SourceError, match="version = 'log'"):
        reader(primary, tmp_path, "log", "v")()
    run(primary, f"DROP {statement.split()[1]} v CASCADE")


def test_a_replica_tells_what_it_has_replayed(pair: tuple[Server, Server], primary: Server, tmp_path: Path):
    """The same while nothing comes; another one, once a write has come; remembered apart from the primary's."""
    replica = pair[1]
    caught_up(pair)
    for how in ("rows", "log"):
        version = reader(replica, tmp_path / how, how)
        first = settled(version)
        run(primary, "UPDATE t SET n = n + 1 WHERE id = 9")
        caught_up(pair)
        assert version() != first
    assert len(remembered(tmp_path / "rows")) == 1


def test_a_replica_with_something_not_replayed_stands_nowhere(pair: tuple[Server, Server], primary: Server):
    """What is half replayed may be seen already."""
    caught_up(pair)
    database = Operational(pair[1].url)
    try:
        assert versions.place(database)
        run(pair[1], "SELECT pg_wal_replay_pause()")
        run(primary, "UPDATE t SET n = 0")
        until = time.monotonic() + 30
        while versions.place(database) and time.monotonic() < until:
            time.sleep(0.05)
        assert versions.place(database) is None
    finally:
        run(pair[1], "SELECT pg_wal_replay_resume()")
        database.close()


def settled(version: Any) -> str:
    """What it is twice running: a server writes to its log now and then by itself."""
    until, found = time.monotonic() + 60, version()
    while (again := version()) != found:
        assert time.monotonic() < until
        found = again
    return str(found)


def caught_up(pair: tuple[Server, Server]) -> None:
    """Until the replica has received and replayed what the primary has written."""
    with session(pair[0]) as one, session(pair[1]) as other:
        place = one.execute(text("SELECT pg_current_wal_insert_lsn()::text")).scalar_one()
        one.execute(text("SELECT txid_current()"))  # so that what waits is sent
        replayed = text("SELECT pg_last_wal_replay_lsn() >= CAST(:place AS pg_lsn)"
                        " AND pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()")  # fmt: skip
        until = time.monotonic() + 60
        while not other.execute(replayed, {"place": place}).scalar_one():
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_column_is_asked_by_its_index(primary: Server, tmp_path: Path):
    """It sees rows with a greater value, and not those that keep theirs: whoever chooses it knows that."""
    run(primary, "ANALYZE t")
    version = reader(primary, tmp_path, "column id")
    first = version()
    run(primary, "UPDATE t SET n = 0")
    assert version() == first
    run(primary, "INSERT INTO t VALUES (1000, 0)")
    assert version() != first
    run(primary, "DELETE FROM t WHERE id = 1000", "DELETE FROM t WHERE id < 50", "ANALYZE t")
    assert version() != first
    with pytest.raises(SourceError, match="an index that begins with the column 'n', found none"):
        reader(primary, tmp_path, "column n")()


@pytest.mark.parametrize("value", ["fast", "column ", ""])
def test_a_version_that_is_none_is_refused(tmp_path: Path, value: str):
    (tmp_path / "workbench.toml").write_text(f'[sources.t]\ntable = "t"\nversion = "{value}"\n')
    with pytest.raises(SettingsError, match="version"):
        load(str(tmp_path / "workbench.toml"), environ={})


def test_a_file_has_no_such_version(tmp_path: Path):
    (tmp_path / "workbench.toml").write_text('[sources.t]\npath = "t.parquet"\nversion = "log"\n')
    with pytest.raises(SettingsError, match="of a table"):
        load(str(tmp_path / "workbench.toml"), environ={})
