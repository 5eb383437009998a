"""A database that goes away, is busy, is full, or is not there."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, select, text

from store import address as addresses
from store.bulk import copying, upsert
from store.database import Database, open_database
from store.errors import FullError, RefusedError, TakenError, UnreachableError
from store.tables import PIPELINE
from tests.store.postgres import Postgres, cluster

ROW = {"pipeline": "p", "model": "m", "made_at": "now", "description": "{}"}


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A cluster that a test may stop."""
    with cluster() as made:
        yield made


def test_a_server_that_goes_away_for_a_while_is_waited_for(own: Postgres):
    """A transaction that was cut is run again as a whole, and is there once."""
    attempts: list[int] = []
    back: list[threading.Timer] = []
    with open_database(own.url) as database:

        def work(connection: Connection) -> list[str]:
            upsert(connection, PIPELINE, [ROW])
            attempts.append(len(attempts))
            if len(attempts) == 1:
                own.stop()
                back.append(own.start_in(2.0))
            return connection.execute(select(PIPELINE.c.pipeline)).scalars().all()

        assert database.run(work) == ["p"]
        assert len(attempts) == 2
    back[0].join()


def test_a_server_that_goes_away_within_a_copy_is_waited_for(own: Postgres):
    """What psycopg says of it is understood too; the rows are there once."""
    attempts: list[int] = []
    back: list[threading.Timer] = []
    with open_database(own.url) as database:

        def work(connection: Connection) -> None:
            attempts.append(len(attempts))
            with copying(connection, "COPY pipeline FROM STDIN") as copy:
                copy.write_row(list(ROW.values()))
                if len(attempts) == 1:
                    own.stop()
                    back.append(own.start_in(1.0))

        database.run(work)
        assert database.run(lambda c: c.execute(select(PIPELINE.c.pipeline)).scalars().all()) == ["p"]
    back[0].join()
    assert len(attempts) == 2


def test_a_server_that_stays_away_is_told_in_one_line(own: Postgres):
    """With how long one has waited, and no password."""
    database = Database(addresses.parse(own.url.replace("undertone@", "undertone:secret@")), give_up_s=0.5)
    own.stop()
    with pytest.raises(UnreachableError, match=r"cannot be used, tried for \d+ s") as caught:
        database.run(lambda connection: connection.execute(text("SELECT 1")))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    own.start()


def test_what_waiting_does_not_mend_is_not_waited_for(own: Postgres):
    """A database that does not exist."""
    begun = time.monotonic()
    database = Database(addresses.parse(own.url.replace("/postgres?", "/nowhere?")))
    with pytest.raises(RefusedError, match="nowhere"):
        database.run(lambda connection: connection.execute(text("SELECT 1")))
    assert time.monotonic() - begun < 30


def test_a_full_disk_is_told_and_nothing_of_the_transaction_is_there(tmp_path: Path):
    """SQLite's own limit stands in for the disk's."""
    with open_database(str(tmp_path / "a.db")) as database:

        def work(connection: Connection) -> None:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            upsert(connection, PIPELINE, [{**ROW, "pipeline": str(n), "description": "x" * 5000} for n in range(50)])

        with pytest.raises(FullError, match=r"a\.db is full"):
            database.run(work)
        assert database.run(lambda c: c.execute(select(PIPELINE)).all()) == []


def test_writers_of_one_file_wait_for_each_other(tmp_path: Path):
    """Ten at a time, and every row is there."""
    with open_database(str(tmp_path / "a.db")) as database:

        def one(n: int) -> None:
            for k in range(5):
                database.run(lambda c, k=k: upsert(c, PIPELINE, [{**ROW, "pipeline": f"{n}-{k}"}]))

        threads = [threading.Thread(target=one, args=(n,)) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(database.run(lambda c: c.execute(select(PIPELINE)).all())) == 50


def test_a_folder_that_is_not_there(tmp_path: Path):
    """Is made, as SQLite makes files only."""
    with open_database(str(tmp_path / "no" / "such" / "a.db")):
        assert (tmp_path / "no/such/a.db").is_file()


def test_what_is_no_database_of_ours_is_told_and_left_alone(tmp_path: Path):
    """A file of text, a folder, a place where nothing can be made: never a traceback, never a wait."""
    (tmp_path / "a.csv").write_text("id,text\n" + "1,The room was fine\n" * 100)
    content = (tmp_path / "a.csv").read_bytes()
    told = {
        str(tmp_path / "a.csv"): "file is not a database",
        str(tmp_path): "it is no file",
        "/dev/null": "it is no file",
        str(tmp_path / "a.csv" / "b.db"): "its folder cannot be made",
    }
    for address, reason in told.items():
        with pytest.raises(RefusedError, match=f"cannot be used: {reason}"), open_database(address):
            pass
    assert (tmp_path / "a.csv").read_bytes() == content


def test_a_role_that_may_not_write_is_told(postgres: Postgres):
    """As PostgreSQL 15 and later have it for everybody in the schema public."""
    url = postgres.database("refused")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(RefusedError, match="permission denied"), open_database(url.replace("undertone@", "guest@")):
        pass


def test_a_wrong_password_is_not_waited_for(postgres: Postgres):
    """Nor one that is missing, nor a way in that the server does not have."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN PASSWORD 'right'")
        [[rules]] = connection.execute("SHOW hba_file").fetchall()
        with Path(rules).open("r+") as file:
            others = file.read()
            file.seek(0)
            file.write(f"local all keeper scram-sha-256\nlocal all stranger reject\n{others}")
        connection.execute("SELECT pg_reload_conf()")
    for who in ("keeper:secret@", "keeper@", "stranger@", "nobody@"):
        begun = time.monotonic()
        database = Database(addresses.parse(postgres.url.replace("undertone@", who)))
        with pytest.raises(RefusedError) as caught:
            database.run(lambda connection: connection.execute(text("SELECT 1")))
        database.close()
        assert time.monotonic() - begun < 30
        assert "secret" not in str(caught.value)


def test_who_waits_is_told_so():
    """Once, with how long and why."""
    told: list[str] = []
    url = addresses.parse("postgresql://u:secret@127.0.0.1:1/d")
    database = Database(url, give_up_s=0.05, tell=told.append)
    with pytest.raises(UnreachableError):
        database.run(lambda connection: connection.execute(text("SELECT 1")))
    assert len(told) == 1
    assert "is waited for, 0.05 s at most" in told[0]
    assert "secret" not in told[0]


def test_a_schema_of_its_own(postgres: Postgres):
    """As the error of a taken table advises: the options of the URL hold beside ours."""
    url = postgres.database("schemas")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA tone")
        connection.execute("CREATE TABLE review (id integer)")
    with pytest.raises(TakenError), open_database(url):
        pass
    with open_database(f"{url}&options=-csearch_path%3Dtone") as database:
        shown = database.run(lambda c: c.execute(text("SHOW search_path")).scalar_one())
        waits = database.run(lambda c: c.execute(text("SHOW lock_timeout")).scalar_one())
    assert (shown, waits) == ("tone", "30s")
