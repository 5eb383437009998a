"""Texts classified by several processes, the answers in the order of the texts.

    piece n -> process n modulo jobs -> answer n        each process has one piece in hand, so memory is bounded

Processes are started anew (spawn) with the second piece: what is one piece is done here. Each has a pipe of its own and
nothing else, so that one which dies is noticed at once, and all end when this process does. Left out: reading the
texts and storing the answers (`labelling`).
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

import pyarrow as pa

from textmodel import Model
from textmodel.artifact import Artifact

from .errors import WorkerError

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""One thread of arithmetic a process, as there is a process for each core."""
_LEAVE_S = 5.0


class Piece(NamedTuple):
    """Texts that are classified together; `rows` None where that has been done before."""

    name: str
    rows: pa.Table | None
    read: int
    """How many texts they are, those included that are left out."""
    without: int
    """Of them, without a text."""


Answered = tuple[Piece, pa.Table | None]


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def predicted(model: Model, rows: pa.Table) -> pa.Table:
    """Rows with their predictions, as the store takes them; the text stays behind."""
    answers = model.classify_many(rows["text"].to_pylist())
    columns = {name: rows[name] for name in ("item", "text_id", "position")}
    return pa.table({
        **columns,
        "label": pa.array([a.label for a in answers], pa.string()),
        "score": pa.array([a.score for a in answers], pa.float64()),
        "reliable": pa.array([a.reliable for a in answers], pa.bool_()),
        "known": pa.array([a.known for a in answers], pa.float64()),
        **{name: pa.array([a.scores[name] for a in answers], pa.float64()) for name in model.labels},
    })  # fmt: skip


def in_order(model: Model, pieces: Iterable[Piece], jobs: int = 1) -> Generator[Answered]:
    """Each piece with its answers, by up to `jobs` processes; None for a piece that has no rows.

    Raises: WorkerError where a process dies; whatever reading `pieces` raises.
    """
    if jobs == 1:
        for piece in pieces:
            yield piece, None if piece.rows is None else predicted(model, piece.rows)
        return
    crew = Crew(model, jobs)
    waiting: deque[Piece] = deque()
    try:
        for piece in pieces:
            if len(waiting) == jobs:  # the eldest is taken, and its process has the next piece, before it is stored
                done = crew.answer(waiting.popleft())
                crew.give(piece)
                waiting.append(piece)
                yield done
            else:
                crew.give(piece)
                waiting.append(piece)
        while waiting:
            yield crew.answer(waiting.popleft())
    finally:
        crew.close()


class _Member(NamedTuple):
    process: BaseProcess
    pipe: Connection


class Crew:
    """`size` processes, two or more, of which each takes its turn; none where one piece is all there is."""

    def __init__(self, model: Model, size: int) -> None:
        self._model, self._size = model, size
        self._members: list[_Member] = []
        self._alone: Piece | None = None
        """Given and not sent, as no other has come yet."""
        self._given = self._answered = 0

    def give(self, piece: Piece) -> None:
        """Begin with a piece; the process whose turn it is has nothing in hand."""
        if piece.rows is None:
            return
        if self._alone:
            self._start()
            self._send(self._alone)
            self._alone = None
        if self._members:
            self._send(piece)
        else:
            self._alone = piece

    def answer(self, piece: Piece) -> Answered:
        """The answers of the eldest piece, waited for."""
        if piece.rows is None:
            return piece, None
        if self._alone:
            self._alone = None
            return piece, predicted(self._model, piece.rows)
        member = self._members[self._answered % self._size]
        self._answered += 1
        try:
            return piece, member.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._lost(member) from None

    def close(self) -> None:
        """End all processes, at once: what they have in hand is nobody's any more."""
        for member in self._members:
            member.pipe.close()
            member.process.kill()
        for member in self._members:
            member.process.join(_LEAVE_S)
        self._members = []

    def _send(self, piece: Piece) -> None:
        member = self._members[self._given % self._size]
        self._given += 1
        try:
            member.pipe.send(piece.rows)
        except (BrokenPipeError, ConnectionResetError):
            raise self._lost(member) from None

    def _start(self) -> None:
        context, artifact = multiprocessing.get_context("spawn"), _plain(self._model.artifact)
        with _deaf(), _environment(dict.fromkeys(_THREADS, "1")):
            for _ in range(self._size):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, artifact), daemon=True)
                process.start()
                theirs.close()
                self._members.append(_Member(process, ours))

    def _lost(self, member: _Member) -> WorkerError:
        member.process.join(_LEAVE_S)
        return WorkerError(member.process.pid, member.process.exitcode)


def _serve(pipe: Connection, artifact: Artifact) -> None:
    """What a process does until its pipe is closed."""
    model = Model(artifact)
    while True:
        try:
            pipe.send(predicted(model, pipe.recv()))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _plain(artifact: Artifact) -> Artifact:
    """The same without views of a file's memory, which do not travel."""
    return artifact._replace(layers=tuple(layer._replace(kernel=bytes(layer.kernel)) for layer in artifact.layers))


@contextmanager
def _deaf() -> Iterator[None]:
    """What starts here does not hear Ctrl-C, which is for us to tell it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables for what starts here; those that are set stay as they are."""
    new = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
