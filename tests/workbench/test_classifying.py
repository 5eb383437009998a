"""Several processes: the answers of one, in the order of the texts, a few pieces at a time; one that dies is told."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from store.database import open_database
from store.predictions import Predictions
from store.results import Results
from textmodel import Model
from textmodel.artifact import Artifact
from textmodel.publish import publish
from workbench import classifying, labelling
from workbench.classifying import Crew, Piece, in_order
from workbench.errors import WorkerError

ROOT = Path(__file__).parents[2]
TEXTS = ["Net profit rose", "Layoffs in Helsinki", "The company", "", "Sales fell from the year"]
LABELS = ("angry", "happy", "sad")


@pytest.fixture(scope="module")
def model(make_artifact: Callable[..., Artifact]) -> Model:
    return Model(make_artifact(task="emotion", labels=LABELS, files={"weights": "ab"}))


def piece(number: int, size: int = 40) -> Piece:
    """One whose texts tell its number; every fourth was done before."""
    at = range(number * size, (number + 1) * size)
    rows = pa.table({
        "item": ["a"] * size, "text_id": [str(n) for n in at], "position": list(at),
        "text": [f"{TEXTS[n % 5]} {n}" for n in at],
    })  # fmt: skip
    return Piece(str(number), None if number % 4 == 3 else rows, size, 0)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 12])
def test_many_processes_answer_as_one(model: Model, count: int):
    """Piece by piece, in their order, those between that have nothing to be done."""
    expected = list(in_order(model, map(piece, range(count))))
    assert [one.name for one, _ in expected] == [str(n) for n in range(count)]
    assert list(in_order(model, map(piece, range(count)), jobs=3)) == expected
    assert multiprocessing.active_children() == []


def test_one_piece_starts_no_process(model: Model):
    """Nor do several that were done before."""
    crew = Crew(model, 4)
    crew.give(piece(0))
    crew.give(piece(3))
    assert multiprocessing.active_children() == []
    assert [crew.answer(one)[1] is None for one in (piece(0), piece(3))] == [False, True]


def test_no_more_is_read_than_is_in_hand(model: Model):
    """So memory does not grow with the source."""
    read = 0

    def pieces() -> Iterator[Piece]:
        nonlocal read
        for number in range(20):
            read += 1
            yield piece(number)

    for given, _ in enumerate(in_order(model, pieces(), jobs=2), 1):
        assert read - given <= 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_stored_does_not_depend_on_the_processes(model: Model, tmp_path: Path, jobs: int):
    """Nor does a repeat change anything, whoever did it before."""
    count = 2 * labelling.BATCH_ROWS + 300
    columns = {"item": [f"play {n % 3}" for n in range(count)], "text": [TEXTS[n % 5] for n in range(count)]}
    batches = pa.table(columns).to_batches(max_chunksize=5000)
    with open_database(str(tmp_path / "w.db")) as database:
        labelling.registered(Results(database), model)
        found = labelling.label(model, batches, Predictions(database), "s", "v", jobs=jobs)
        assert (found.rows, found.changed, sum(found.counts.values())) == (count, count, count)
        again = labelling.label(model, batches, Predictions(database), "s", "v", jobs=3 - jobs)
        assert (again.changed, again.skipped) == (0, count)


def test_a_process_that_dies_is_told(model: Model):
    """With how it ended; the others end, too."""

    def pieces() -> Iterator[Piece]:
        for number in range(9):
            if number == 5:
                os.kill(int(multiprocessing.active_children()[0].pid or 0), signal.SIGKILL)
            yield piece(number)

    with pytest.raises(WorkerError, match=r"ended by signal 9: what is stored stays.*fewer --jobs"):
        list(in_order(model, pieces(), jobs=2))
    assert multiprocessing.active_children() == []


def test_who_stops_in_between_leaves_no_process(model: Model):
    """As an error of the database does."""
    running = in_order(model, map(piece, range(9)), jobs=2)
    next(running)
    assert len(multiprocessing.active_children()) == 2
    running.close()
    assert multiprocessing.active_children() == []


def test_a_process_uses_one_core_unless_it_is_told_otherwise(model: Model, monkeypatch: pytest.MonkeyPatch):
    """Our own environment is as it was."""
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    list(in_order(model, map(piece, range(2)), jobs=2))
    assert (os.environ["OMP_NUM_THREADS"], "OPENBLAS_NUM_THREADS" in os.environ) == ("3", False)
    assert classifying.cores() >= 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_goes_on_where_it_was(
    make_artifact: Callable[..., Artifact], tmp_path: Path, end: signal.Signals
):
    """Ctrl-C, which all processes of a terminal hear, is one line; a machine that ends leaves no process behind."""
    count = 12 * labelling.BATCH_ROWS
    columns = {"item": ["a"] * count, "text": [f"{TEXTS[n % 5]} {n}" for n in range(count)]}
    parquet.write_table(pa.table(columns), tmp_path / "lines.parquet")
    publish(str(tmp_path), make_artifact(task="emotion", labels=LABELS), TEXTS, {})
    (tmp_path / "workbench.toml").write_text('[sources.lines]\npath = "lines.parquet"\n')
    command = [sys.executable, "-m", "workbench", "emotion", "label", "lines", "--jobs", "2",
               "--artifacts", str(tmp_path), "--settings", str(tmp_path / "workbench.toml")]  # fmt: skip
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)  # fmt: skip
    until = time.monotonic() + 120
    while not stored(tmp_path) and running.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    send = os.killpg if end == signal.SIGINT else os.kill
    send(running.pid, end)
    _, told = running.communicate(timeout=60)
    if end == signal.SIGINT:
        expected = "workbench: stopped; what is stored stays, and the same command goes on there\n"
        assert (running.returncode, told) == (130, expected)
    gone_until = time.monotonic() + 30
    while (left := of_session(running.pid)) and time.monotonic() < gone_until:
        time.sleep(0.05)
    assert left == []
    before = stored(tmp_path)
    assert 0 < before < count
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert f"{count - before:,} rows new or changed, {before:,} were there" in done.stdout
    assert stored(tmp_path) == count


def stored(folder: Path) -> int:
    """Rows of the database, none where it is not there yet."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/workbench.db?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM prediction").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def of_session(session: int) -> list[str]:
    """The processes of a session that are there still."""
    found = subprocess.run(["ps", "-s", str(session), "-o", "pid=,stat="], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if " Z" not in line]
