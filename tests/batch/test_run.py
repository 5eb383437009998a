"""A run from end to end: nothing lost, nothing doubled, whatever happens to its processes."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from batch import codes
from batch.dealing import Piece
from batch.errors import RunError
from batch.progress import Progress
from batch.records import Bad
from batch.run import Outcome, run
from batch.settings import Settings
from store.database import open_database
from store.reviews import Counts, Reviews
from store.tables import CHUNK, REJECT, REVIEW, TRANSLATION
from tests.batch.stand_ins import SOURCE, Rows, pipeline, rows
from textmodel.artifact import Artifact

COUNT = 200


@pytest.fixture
def asked(address: str, shipped: Path) -> Settings:
    return Settings("", address, task="sentiment", artifacts=str(shipped), engines="upper", processes=2, chunk_rows=20)


class After:
    """Tells to stop when some rows are done."""

    def __init__(self, count: float) -> None:
        self.progress = Progress()
        self._count = count

    def is_set(self) -> bool:
        return self.progress.done >= self._count


def go(asked: Settings, held: Rows | None = None, stop: After | None = None, pieces: Sequence[Piece] = ()) -> Outcome:
    stop = stop or After(inf)
    reader = held or Rows(rows(COUNT))
    return run(asked, stop.progress, stop, pieces=pieces or [Piece(SOURCE)], read=reader, make=pipeline)


def content(address: str) -> tuple[list[tuple], ...]:
    """All rows of the store but when they were made."""
    tables = [(REVIEW, ()), (REJECT, ()), (TRANSLATION, ()), (CHUNK, ("done_at",))]
    with open_database(address) as database:
        queries = [select(*(c for c in t.columns if c.name not in without)) for t, without in tables]
        return tuple(sorted(map(tuple, database.run(lambda c, q=q: c.execute(q).all())), key=repr) for q in queries)


def test_every_row_is_stored_or_rejected(asked: Settings):
    """The three numbers of the run are those of the rows and of the store."""
    outcome = go(asked)
    assert (outcome.rows_in, outcome.stored, outcome.rejected, outcome.missing) == (200, 180, 20, [])
    assert (outcome.distinct, outcome.done, outcome.skipped, outcome.stopped) == (180, 200, 0, False)
    found = content(asked.store)
    assert [len(part) for part in found] == [180, 20, 80, 10]


def test_running_again_changes_nothing(asked: Settings):
    """No row, no translation; all are skipped and the numbers are the same."""
    first = go(asked)
    before = content(asked.store)
    again = go(asked)
    assert content(asked.store) == before
    assert (again.done, again.skipped) == (0, 200)
    assert again[:5] == first[:5]


def test_a_shard_that_is_done_leaves_the_next_ones_rows_alone(asked: Settings):
    """Its numbers are its own, though the chunks behind its end are done too."""
    go(asked)
    again = go(asked, pieces=[Piece(SOURCE, 40, 100)])
    assert (again.rows_in, again.done, again.skipped, again.missing) == (60, 0, 60, [])


def test_shards_and_a_whole_run_at_once_share_their_chunks(asked: Settings):
    """Each part is stored once, whoever does it, as a chunk begins at the same rows for all."""
    runs = [[Piece(SOURCE, 40, 100)], [Piece(SOURCE)], [Piece(SOURCE, 100, 200)]]
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda p=pieces: outcomes.append(go(asked, pieces=p))) for pieces in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted((o.rows_in, o.missing) for o in outcomes) == [(60, []), (100, []), (200, [])]
    assert [len(part) for part in content(asked.store)] == [180, 20, 80, 10]


def test_another_size_of_chunks_skips_what_is_done(asked: Settings):
    """And does only the rest."""
    go(asked, Rows(rows(90)))
    again = go(asked._replace(chunk_rows=7))
    assert (again.skipped, again.done, again.missing) == (90, 110, [])
    assert (again.rows_in, again.stored, again.rejected) == (200, 180, 20)


def test_only_the_model_changed(asked: Settings, tmp_path: Path, make_artifact: Callable[..., Artifact]):
    """Every row is scored anew, and the engine is not asked for one text."""
    from textmodel.publish import publish

    log = tmp_path / "log"
    asked = asked._replace(engines=f"log:{log}")
    first = go(asked)
    texts = log.read_text().splitlines()
    assert len(texts) == 80
    publish(str(tmp_path / "two"), make_artifact(2, version="2.0.0"), ("The company",), {})
    second = go(asked._replace(artifacts=str(tmp_path / "two")))
    assert log.read_text().splitlines() == texts
    assert second.pipeline != first.pipeline
    with open_database(asked.store) as database:
        assert Reviews(database, second.pipeline).counts() == Counts(200, 180, 20, 180)
        assert Reviews(database, first.pipeline).counts() == Counts(200, 180, 20, 180)
        models = database.run(lambda c: c.execute(select(REVIEW.c.model, func.count()).group_by(REVIEW.c.model)).all())
    assert sorted(map(tuple, models)) == [("sentiment-1.0.0", 180), ("sentiment-2.0.0", 180)]


def test_several_processes_work(asked: Settings, tmp_path: Path):
    """Each with its own engines, and each text is translated by one of them."""
    log = tmp_path / "log"
    go(asked._replace(engines=f"meet:{log}", chunk_rows=20), Rows(rows(1000)))
    by_process = Counter(line.split()[0] for line in log.read_text().splitlines())
    assert len(by_process) == 2
    assert sum(by_process.values()) == 400


def test_a_process_that_is_killed_is_told_and_its_chunk_is_done_again(
    asked: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """By another one; no row is missing and none is there twice."""
    (tmp_path / "die").touch()
    outcome = go(asked._replace(engines=f"die:{tmp_path}/die"))
    assert not (tmp_path / "die").exists(), "a process was to be killed"
    assert (outcome.rows_in, outcome.stored, outcome.rejected, outcome.missing) == (200, 180, 20, [])
    assert "was ended by signal 9 with rows" in capsys.readouterr().err


def test_a_chunk_that_ends_every_process_ends_the_run(asked: Settings):
    """With its place, instead of for ever."""
    with pytest.raises(
        RunError, match=r"3 processes ended with rows 0 to 20 of a\.csv in hand, the last by signal 9"
    ) as e:
        go(asked._replace(engines="die:", processes=1))
    assert codes.of(e.value) == 1


def test_a_fault_in_a_process_is_one_line(asked: Settings):
    """With its place, and the run is over."""
    with pytest.raises(RunError, match=r"^\w+\.py:\d+: ValueError: ") as caught:
        go(asked._replace(engines="slow:nan"))
    assert "\n" not in str(caught.value)


def test_being_told_to_stop(asked: Settings):
    """Chunks in hand are finished, nothing else begins, and the next run does exactly the rest."""
    reader = Rows(rows(10_000))
    outcome = go(asked, reader, After(100))
    assert outcome.stopped
    assert outcome.missing == []
    assert 100 <= outcome.done <= 100 + 20 * asked.processes
    with open_database(asked.store) as database:
        assert Reviews(database, outcome.pipeline).counts().rows_in == outcome.done
    assert reader.read <= outcome.done + 20 * (asked.processes + 2), "what was read ahead is bounded"
    rest = go(asked, Rows(rows(10_000)))
    assert (rest.skipped, rest.done) == (outcome.done, 10_000 - outcome.done)
    assert (rest.rows_in, rest.stored, rest.rejected, rest.missing) == (10_000, 9000, 1000, [])


def test_chunks_that_take_too_long_are_left_for_the_next_run(asked: Settings, capsys: pytest.CaptureFixture[str]):
    """Nothing of them is stored, and no process goes on with them."""
    stop = After(inf)
    threading.Timer(4.0, lambda: setattr(stop, "_count", 0)).start()
    outcome = go(asked._replace(engines="slow:3600", finish_s=0.5), stop=stop)
    assert (outcome.stopped, outcome.done) == (True, 0)
    assert content(asked.store) == ([], [], [], [])
    assert "within 0.5 s" in capsys.readouterr().err
    assert _children() == []


def test_reading_is_not_ahead_of_the_work(asked: Settings):
    """One chunk for each process is in hand and one is ready: memory is bounded, however long the input is."""
    reader = Rows(rows(100_000))
    outcome = go(asked._replace(engines="slow:0.2", chunk_rows=50), reader, After(300))
    assert reader.read <= outcome.done + 50 * (2 * asked.processes + 1)


def test_two_runs_at_once_end_with_the_same_rows(asked: Settings):
    """And both say that all is there."""
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(go(asked))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [o[:4] for o in outcomes] == [(outcomes[0].pipeline, 200, 180, 20)] * 2
    assert [o.missing for o in outcomes] == [[], []]
    assert [len(part) for part in content(asked.store)] == [180, 20, 80, 10]


def test_parts_of_an_input_are_counted_by_themselves(asked: Settings):
    """As shards on other machines do them: each sees its own rows, together they are all."""
    parts = [go(asked, pieces=[Piece(SOURCE, first, past)]) for first, past in ((0, 73), (73, 200))]
    assert [part[1:4] for part in parts] == [(73, 66, 7), (127, 114, 13)]
    whole = go(asked)
    assert (whole.done, whole.skipped, whole[1:4]) == (0, 200, (200, 180, 20))


def test_a_part_with_fewer_rows_than_planned_fails(asked: Settings):
    """The input is not the one that was planned."""
    outcome = go(asked, pieces=[Piece(SOURCE, 0, 300)])
    assert outcome.missing == ["a.csv: the plan has rows to 300, there are rows to 200"]


def test_two_inputs_of_one_content_are_one(asked: Settings):
    """Counted once, and told."""
    copy = SOURCE._replace(name="copy.csv", path="copy.csv")
    outcome = go(asked, pieces=[Piece(SOURCE), Piece(copy)])
    assert (outcome.rows_in, outcome.repeated, outcome.missing) == (200, ["copy.csv"], [])


def test_rows_that_are_gone_from_the_store_are_missed(asked: Settings):
    """A marker that says less than was read is found at the end."""
    outcome = go(asked)
    with open_database(asked.store) as database:
        lie = update(CHUNK).where(CHUNK.c.first == 40).values(stored=17)
        database.run(lambda connection: connection.execute(lie))
    again = go(asked)
    assert outcome.missing == []
    assert again.missing == ["a.csv: 200 rows in, 179 stored and 20 rejected"]


def test_an_empty_input(asked: Settings):
    """Nothing in, nothing out, no process."""
    outcome = go(asked, Rows([]))
    assert outcome[1:5] == (0, 0, 0, 0)
    assert outcome.missing == []


def test_a_chunk_of_broken_rows_only(asked: Settings):
    """All are rejected."""
    outcome = go(asked, Rows([Bad(n, n + 1, "no text") for n in range(30)]))
    assert (outcome.rows_in, outcome.stored, outcome.rejected, outcome.missing) == (30, 0, 30, [])


def test_processes_end_with_the_run(asked: Settings):
    """None is left."""
    go(asked)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _children():
        time.sleep(0.05)
    assert _children() == []


def _children() -> list[str]:
    """Processes of this one that run work."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (path / "stat").read_text(), (path / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status.rpartition(")")[2].split()[1]) == os.getpid() and b"spawn_main" in command:
            found.append(path.name)
    return found
