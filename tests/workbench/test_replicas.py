"""The replica: read only where it is one and keeps up, over a real primary with a real replica."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from store.address import parse
from store.database import Database
from store.errors import UnreachableError as StoreUnreachable
from tests.store.postgres import programs
from workbench import replicas
from workbench.errors import EngineError, ReplicaError, SettingsError, UnreachableError
from workbench.oltp.cluster import Server, primary_and_replica
from workbench.settings import Settings

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (Debian: postgresql)")


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """A replica that cuts reads at once where they are in the way."""
    with primary_and_replica(
        options={"max_standby_streaming_delay": "0", "wal_receiver_status_interval": "1s"}
    ) as both:
        yield both


@pytest.fixture
def settings(pair: tuple[Server, Server]) -> Settings:
    return Settings(store=pair[0].url, replica=pair[1].url)


def run(server: Server, *statements: str) -> list:
    """Each by itself; the last one's rows."""
    database = Database(parse(server.url))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        results = [connection.execute(text(one)) for one in statements]
        rows = results[-1].all() if results[-1].returns_rows else []
    database.close()
    return rows


def test_without_a_replica_the_store_is_read():
    """Nothing is asked of it before."""
    assert replicas.reading(Settings(store="nowhere.db")) == "nowhere.db"


def test_a_replica_that_keeps_up_is_read(settings: Settings, pair: tuple[Server, Server]):
    """And what was written before is seen there once nothing is behind."""
    run(pair[0], "CREATE TABLE kept (n integer)", "INSERT INTO kept VALUES (7)")
    begun, place = time.monotonic(), replicas.written(settings)
    while (found := replicas.health(settings, place)).behind_bytes and time.monotonic() - begun < 30:
        time.sleep(0.05)
    assert found == replicas.Health(True, 0, 0.0)
    assert replicas.reading(settings) == settings.replica
    assert run(pair[1], "SELECT n FROM kept") == [(7,)]


def test_a_replica_that_is_behind_is_told_with_its_lag(settings: Settings, pair: tuple[Server, Server]):
    """In seconds and in bytes of the log; it is read again once it has caught up; nobody reads the primary instead."""
    run(pair[1], "SELECT pg_wal_replay_pause()")
    try:
        run(pair[0], "CREATE TABLE late (n integer)", "INSERT INTO late SELECT generate_series(1, 1000)")
        with pytest.raises(
            ReplicaError, match=r"s behind where 0 s are allowed: [\d,]+ bytes of the primary's log"
        ) as caught:
            replicas.reading(settings, limit_s=0.0, catch_up_s=0.2)
        assert caught.value.lag_s > 0
        assert caught.value.exit_code == 75
        assert replicas.reading(settings, limit_s=3600.0) == settings.replica
    finally:
        run(pair[1], "SELECT pg_wal_replay_resume()")
    assert replicas.reading(settings, limit_s=0.0, catch_up_s=60.0) == settings.replica
    assert run(pair[1], "SELECT count(*) FROM late") == [(1000,)]


def test_what_was_written_before_is_seen_although_the_primary_writes_on(
    settings: Settings, pair: tuple[Server, Server]
):
    """The place that the replica has to reach is asked once, so writing that goes on is not waited for."""
    run(pair[0], "CREATE TABLE before (n integer)")
    place = replicas.written(settings)
    assert replicas.reading(settings, limit_s=0.0, catch_up_s=60.0) == settings.replica
    run(pair[1], "SELECT pg_wal_replay_pause()")
    try:
        run(pair[0], "CREATE TABLE more (n integer)")
        assert replicas.health(settings, place).behind_bytes == 0
        assert replicas.health(settings, replicas.written(settings)).behind_bytes > 0
        with pytest.raises(ReplicaError, match=r"s behind where 0 s are allowed"):
            replicas.reading(settings, limit_s=0.0, catch_up_s=0.2)
    finally:
        run(pair[1], "SELECT pg_wal_replay_resume()")
    assert replicas.reading(settings, limit_s=0.0, catch_up_s=60.0) == settings.replica
    assert run(pair[1], "SELECT count(*) FROM more") == [(0,)]


def test_a_primary_that_is_away_is_no_reason_not_to_read(settings: Settings, tmp_path: Path):
    """The replica has all that it was sent."""
    away = replace(settings, store=f"postgresql://undertone@/postgres?host={tmp_path}")
    assert replicas.reading(away, limit_s=0.0, catch_up_s=0.2) == settings.replica


def test_a_replica_that_is_gone(settings: Settings, pair: tuple[Server, Server]):
    """Is told in one line, and comes back."""
    pair[1].stop()
    try:
        with pytest.raises(
            ReplicaError, match=f"the replica postgresql.*{pair[1].folder.name}: cannot be used"
        ) as caught:
            replicas.reading(settings, catch_up_s=0.2)
        assert (caught.value.lag_s, caught.value.exit_code) == (None, 75)
    finally:
        pair[1].start({"max_standby_streaming_delay": "0", "wal_receiver_status_interval": "1s"})
    assert replicas.reading(settings, limit_s=0.0, catch_up_s=60.0) == settings.replica


def test_a_primary_is_no_replica(settings: Settings):
    """A setting that points at the wrong server would read the primary."""
    with pytest.raises(ReplicaError, match="it takes writes, so it is a primary"):
        replicas.reading(replace(settings, replica=settings.store))


@pytest.mark.parametrize("wrong", ["copy.db", "mysql://u:secret@h/d"])
def test_what_can_be_no_replica(settings: Settings, wrong: str):
    """A file, another server; without its password."""
    with pytest.raises(SettingsError, match="replica: expected postgresql://") as caught:
        replicas.reading(replace(settings, replica=wrong))
    assert "secret" not in str(caught.value)


def test_a_read_that_the_replica_cuts_is_run_again(settings: Settings, pair: tuple[Server, Server]):
    """The primary cleans up rows that the read still sees; the second time it sees what is there now."""
    run(pair[0], "CREATE TABLE cut (n integer)", "INSERT INTO cut SELECT generate_series(1, 100)")
    replicas.reading(settings, limit_s=0.0, catch_up_s=60.0)
    attempts: list[int] = []
    database = Database(parse(settings.replica))

    def work(connection: Connection) -> int:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        attempts.append(connection.execute(text("SELECT count(*) FROM cut")).scalar_one())
        if len(attempts) == 1:
            run(pair[0], "DELETE FROM cut WHERE n > 60", "VACUUM cut")
            replicas.reading(settings, limit_s=0.0, catch_up_s=60.0)
        return connection.execute(text("SELECT count(*) FROM cut")).scalar_one()

    assert database.run(work) == 60
    assert attempts == [100, 60]
    database.close()


def test_a_read_that_is_cut_again_and_again_is_told_with_the_way_out(settings: Settings):
    """Only where a replica is set; other errors stay what they are."""
    cut = StoreUnreachable("db", 1.0, "canceling statement due to conflict with recovery")
    wrapped = UnreachableError("db", "gone")
    wrapped.__cause__ = cut
    with pytest.raises(ReplicaError, match="set hot_standby_feedback = on"), replicas.told(settings):
        raise wrapped
    with pytest.raises(ReplicaError, match="no route"), replicas.told(settings):
        raise UnreachableError("db", "no route")
    with pytest.raises(UnreachableError), replicas.told(replace(settings, replica="")):
        raise wrapped
    with pytest.raises(EngineError), replicas.told(settings):
        raise EngineError("postgres", "syntax")
