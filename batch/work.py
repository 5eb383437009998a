"""One process's work: chunks by a pipe, each made into rows and stored, until there are no more.

It has its own engines and its own connection to the database. Signals for the whole are the parent's affair: the
process and its engines are a session of their own, so Ctrl-C in a terminal does not reach them, and a parent that is
gone ends them, as their pipe ends. Left out: which chunks (`run`), and what becomes of a process that dies (`crew`).
"""

import json
import os
import signal
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

from store import address
from store.database import Database
from store.errors import StoreError
from store.reviews import Reject, Review, Reviews
from textmodel import ArtifactError, load

from . import codes
from .dealing import Task
from .errors import BatchError
from .pipeline import Pipeline
from .records import Bad, Record
from .settings import Settings
from .stopping import TOLD

Make = Callable[[Settings], Pipeline]


class Ready(NamedTuple):
    """The process waits for a chunk."""


class Done(NamedTuple):
    """A chunk is in the store: its rows, those of them that need a review, rejected ones, seconds by stage."""

    rows: int
    doubtful: int
    rejected: int
    seconds: dict[str, float]


class Trouble(NamedTuple):
    """The process cannot go on: one line for a person, and the exit code for the whole."""

    message: str
    code: int


Reply = Ready | Done | Trouble


def pipeline(asked: Settings) -> Pipeline:
    """The pipeline of the settings, its engines opened.

    Raises: BatchError; ArtifactError.
    """
    from .engines import choose
    from .language import Languages

    model = load(asked.task, asked.artifacts)
    return Pipeline(model, Languages(asked.languages), choose.engines(asked.engines, asked.languages), asked.bar)


class Parts(NamedTuple):
    """What a pipeline is made of, without the pipeline: its version, its model's name, all of it as JSON."""

    version: str
    model: str
    description: str
    without: list[str]
    """The languages that it tells and cannot translate."""


def parts(make: Make, asked: Settings) -> Parts:
    """Those of the pipeline that the processes will have; a wrong setting is found here, before any starts.

    Raises: as `make`.
    """
    made = make(asked)
    try:
        without = [code for code in asked.languages if code not in made.translated]
        return Parts(made.version, made.model.name, json.dumps(made.parts, sort_keys=True), without)
    finally:
        made.close()


def work(pipe: Connection, asked: Settings, make: Make) -> None:
    """The process, from its start to its end."""
    os.setsid()
    for number in TOLD:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)  # as `crew` has blocked them for its start
    try:
        _work(pipe, asked, make)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone; what was in hand is stored, or will be done by the next run
    except (BatchError, StoreError, ArtifactError) as error:
        pipe.send(Trouble(str(error), codes.of(error)))
    except Exception as error:  # noqa: BLE001 - a mistake of ours, told in one line with its place, in place of a dead process
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}:{place.lineno}"
        pipe.send(Trouble(f"{where}: {type(error).__name__}: {_first_line(error)}", codes.FAILED))


def _first_line(error: Exception) -> str:
    """What SQLAlchemy says below it are the rows themselves."""
    return (str(error).splitlines() or ["no reason given"])[0]


def _work(pipe: Connection, asked: Settings, make: Make) -> None:
    made = make(asked)
    database = Database(address.parse(asked.store))
    try:
        reviews = Reviews(database, made.version)
        pipe.send(Ready())
        while (task := pipe.recv()) is not None:
            pipe.send(do(task, made, reviews))
    finally:
        made.close()
        database.close()


def do(task: Task, made: Pipeline, reviews: Reviews) -> Done:
    """Make a chunk's rows and store them.

    Rows go in the order of their keys, so that two processes with the same keys wait for each other and never in a
    ring, which a database would have to cut.
    """
    before = made.seconds.copy()
    records = [row for row in task.rows if isinstance(row, Record)]
    rejects = [Reject(row.line, row.reason) for row in task.rows if isinstance(row, Bad)]
    rows, translations = made.rows(task.chunk.source, records, reviews.translations)
    begun = time.perf_counter()
    reviews.save(task.chunk, sorted(rows, key=_key), rejects, sorted(translations))
    made.seconds["store"] += time.perf_counter() - begun
    spent = {stage: seconds - before.get(stage, 0.0) for stage, seconds in made.seconds.items()}
    return Done(
        len(rows),
        sum(row.needs_review for row in rows),
        len(rejects),
        spent,
    )


def _key(row: Review) -> tuple[str, str]:
    return row.review_id, row.text_hash
