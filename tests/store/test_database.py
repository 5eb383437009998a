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
from store.errors import FullError, TakenError, UnreachableError
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
    with pytest.raises(UnreachableError, match="nowhere"):
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
    """SQLite makes files, not folders."""
    with pytest.raises(UnreachableError, match="unable to open"):
        open_database(str(tmp_path / "no" / "a.db"), give_up_s=0.0).__enter__()


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
