"""Chunks of reviews: wholly there or not at all, once however often they are done."""

import multiprocessing
import os
import signal

import pytest
from sqlalchemy import Connection

from store.database import Database, open_database
from store.errors import StoreError
from store.reviews import Chunk, Counts, Group, Reject, Review, Reviews, Translation


def review(n: int, pipeline: str = "p1", **other: object) -> Review:
    usual = Review(
        f"r{n}", f"h{n}", pipeline, "a.csv", n, f"texto {n}", "es", 0.95, "apertium:es-en", "3.7", f"text {n}", 0.1,
        False, "positive", 0.9, 0.8, "sentiment-1.1.0", True, False, "",
    )  # fmt: skip
    return usual._replace(**other)


def chunk(first: int, past: int, source_id: str = "s") -> Chunk:
    return Chunk(source_id, "a.csv", first, past)


@pytest.fixture
def reviews(database: Database) -> Reviews:
    return Reviews(database, "p1")


def test_a_chunk_is_counted_once_however_often_it_is_saved(reviews: Reviews):
    """Rows in are rows stored and rejected."""
    for _ in range(3):
        reviews.save(chunk(0, 5), [review(n) for n in range(4)], [Reject(5, "no text")])
    assert reviews.counts() == Counts(5, 4, 1, 4)
    assert reviews.done("s") == {0: 5}


def test_the_same_review_in_two_files_is_stored_once(reviews: Reviews):
    """Both chunks say stored, and the number of distinct ones tells."""
    reviews.save(chunk(0, 2), [review(1), review(1)], [])
    reviews.save(chunk(0, 1, "t"), [review(1)], [])
    assert reviews.counts() == Counts(3, 3, 0, 1)


def test_rows_that_do_not_add_up_are_not_saved(reviews: Reviews):
    """A row that was dropped on the way is found before it is too late."""
    with pytest.raises(StoreError, match="3 rows were read, 1 rows and 1 rejects"):
        reviews.save(chunk(0, 3), [review(1)], [Reject(2, "no text")])
    assert reviews.counts() == Counts(0, 0, 0, 0)


def test_pipelines_do_not_see_each_other(database: Database):
    """The same review under another model is another row."""
    for name in ("p1", "p2"):
        Reviews(database, name).save(chunk(0, 1), [review(1, name)], [])
        assert Reviews(database, name).counts() == Counts(1, 1, 0, 1)


def test_translations_are_found_by_text_engine_and_version(reviews: Reviews):
    """Another version's are not."""
    known = Translation("h1", "apertium:es-en", "3.7", "text", 0.1, False)
    reviews.save(chunk(0, 1), [review(1)], [], [known])
    key = ("h1", "apertium:es-en", "3.7")
    assert reviews.translations([key, ("h1", "apertium:es-en", "3.8"), ("h2", "apertium:es-en", "3.7")]) == {key: known}
    assert len(reviews.translations([(f"h{n}", "apertium:es-en", "3.7") for n in range(2000)])) == 1


def test_groups_count_by_language_and_label(reviews: Reviews):
    """Rows without a language or a label have a group too."""
    rows = [review(1), review(2), review(3, label=None, language=None, reliable=False, needs_review=True)]
    reviews.save(chunk(0, 3), rows, [])
    assert reviews.groups() == [Group("es", "positive", 2, 2, 0), Group(None, None, 1, 0, 1)]


def _dies_inside(address: str) -> None:
    with open_database(address) as database:

        def work(connection: Connection) -> None:
            Reviews(database, "p1")._save(connection, chunk(0, 2), [review(0), review(1)], [], [])
            os.kill(os.getpid(), signal.SIGKILL)

        database.run(work)


def test_a_process_that_is_killed_inside_a_transaction_leaves_nothing(address: str):
    """And the next one does the chunk."""
    process = multiprocessing.get_context("spawn").Process(target=_dies_inside, args=(address,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with open_database(address) as database:
        reviews = Reviews(database, "p1")
        assert (reviews.done("s"), reviews.counts()) == ({}, Counts(0, 0, 0, 0))
        reviews.save(chunk(0, 2), [review(0), review(1)], [])
        assert reviews.counts() == Counts(2, 2, 0, 2)


def _saves(address: str, begin: object) -> None:
    with open_database(address) as database:
        begin.wait(60)
        for first in range(0, 40, 4):
            Reviews(database, "p1").save(chunk(first, first + 4), [review(n) for n in range(first, first + 4)], [])


def test_processes_that_do_the_same_chunks_at_once(address: str):
    """Every chunk and every row is there once."""
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(3)
    processes = [context.Process(target=_saves, args=(address, begin)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with open_database(address) as database:
        assert Reviews(database, "p1").counts() == Counts(40, 40, 0, 40)
