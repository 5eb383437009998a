"""A whole run: inputs to chunks to processes to the store, and the proof that no row is missing.

The parent alone reads, and hands each process a chunk when it waits for one. So a compressed file is read once, what
is in memory is one chunk for each process and as many read ahead, and a long chunk holds up nobody; reading takes a
tenth of what the quickest process does with a row. More cores than one reader can feed are other shards (`manifest`).
Left out: making rows (`pipeline`), the processes (`crew`, `work`), telling of it (`summary`, `chart`).
"""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from store.database import open_database
from store.reviews import Reviews

from . import codes, inputs, reading
from .audit import audit
from .crew import Crew, Event, Finished, Lost
from .dealing import Piece, Row, Skipped, Task, begin, blank, deal, marked
from .errors import RunError
from .progress import Progress
from .records import Columns, Source
from .settings import Settings
from .total import Total
from .work import Make, Trouble, parts, pipeline, work

MOST_DEATHS = 3
"""Of processes with the same chunk in hand, or of those that only start."""
_LOOK_S = 0.25
Read = Callable[[Source, Columns, int, int | None], Iterable[Row]]


class Stopping(Protocol):
    """What tells a run to end, as threading.Event does."""

    def is_set(self) -> bool: ...


class Outcome(NamedTuple):
    """What a run came to. Rows are those of its inputs, whoever stored them; `done` is by this run."""

    pipeline: str
    rows_in: int
    stored: int
    rejected: int
    distinct: int
    done: int
    skipped: int
    seconds: float
    stages: dict[str, float]
    """Seconds of all processes together, by stage."""
    stopped: bool
    missing: list[str]
    """What is not in the store and should be, a line each; empty where all is."""
    repeated: list[str]
    """Names of inputs with the content of an earlier one."""


def run(
    asked: Settings,
    progress: Progress,
    stop: Stopping,
    *,
    pieces: Sequence[Piece] | None = None,
    read: Read = reading.read,
    make: Make = pipeline,
) -> Outcome:
    """Do all that is not done; `pieces` are parts of the inputs, else the inputs are those of the settings.

    Raises: BatchError; ArtifactError; StoreError.
    """
    if pieces is None:
        pieces = [Piece(source) for source in inputs.find(asked.input, asked.columns, progress.say)]
    distinct, repeated = _distinct(pieces)
    known = parts(make, asked)
    with open_database(asked.store, tell=progress.say) as database:
        reviews = Reviews(database, known.version)
        reviews.register(known.model, known.description)
        if known.without:
            progress.say(f"No engine translates {', '.join(known.without)}: such reviews are kept, and need a review.")
        job = _Job(asked, progress, stop, reviews, read)
        job.do(distinct, Crew(asked.workers, work, (asked, make)))
        return job.outcome(known.version, repeated)


def _distinct(pieces: Sequence[Piece]) -> tuple[list[Piece], list[str]]:
    """The pieces of different content, and the names of the others: their rows are the same, and stored once."""
    first: dict[str, str] = {}
    kept = [
        piece for piece in pieces if first.setdefault(piece.source.source_id, piece.source.path) == piece.source.path
    ]
    return kept, sorted({piece.source.name for piece in pieces} - {piece.source.name for piece in kept})


class _Job:
    """One run's state: what was read, what is in hand, what is done."""

    def __init__(self, asked: Settings, progress: Progress, stop: Stopping, reviews: Reviews, read: Read) -> None:
        self._asked, self._progress, self._stop, self._reviews, self._read = asked, progress, stop, reviews, read
        self._ends: dict[Piece, int] = {}
        """Of each piece that was read to its end, the number after its last row."""
        self._stages: defaultdict[str, float] = defaultdict(float)
        self._deaths: Counter[object] = Counter()
        self._begun = time.monotonic()
        self._ready: deque[Task] = deque()
        self._pieces: list[Piece] = []

    def do(self, pieces: list[Piece], crew: Crew) -> None:
        """Every chunk that is not done, until all are or a signal comes."""
        self._pieces = pieces
        total = Total(pieces)
        try:
            self._feed(self._tasks(pieces), crew, total)
        except BaseException:
            crew.close(kill=True)
            raise
        finally:
            total.close()
        if self._stop.is_set():
            self._finish(crew)
        crew.close(kill=crew.busy > 0)

    def _feed(self, tasks: Iterator[Task], crew: Crew, total: Total) -> None:
        more = True
        while not self._stop.is_set() and (more or self._ready or crew.busy):
            while more and len(self._ready) < crew.size and not self._stop.is_set():
                task = next(tasks, None)
                more = task is not None
                self._ready.extend([task] if task else [])
            while self._ready and crew.takes():
                lost = crew.give(self._ready.popleft())
                self._take([lost] if lost else [])
            if crew.busy or self._ready:
                self._take(crew.events(_LOOK_S))
            self._progress.total = total.rows
            self._progress.show()

    def _finish(self, crew: Crew) -> None:
        """Chunks in hand only, and not for longer than a machine that is taken away allows."""
        until = time.monotonic() + self._asked.finish_s
        self._progress.say(f"Stopping: {crew.busy} chunks in hand are finished, within {self._asked.finish_s:g} s.")
        while crew.busy and (left_s := until - time.monotonic()) > 0:
            self._take(crew.events(min(_LOOK_S, left_s)))
        if crew.busy:
            self._progress.say(f"{crew.busy} chunks took too long and are left for the next run.")

    def _tasks(self, pieces: Sequence[Piece]) -> Iterator[Task]:
        """What is to do, read as it is asked for; rows that are in the store are counted and skipped."""
        for piece in pieces:
            done = self._reviews.done(marked(piece.source, self._asked.columns))
            first = begin(done, piece.first)
            if piece.past is not None:
                first = min(first, piece.past)  # the next shard's chunks may be done too
            last = first - 1
            self._progress.add(skipped=first - piece.first)
            rows = self._read(piece.source, self._asked.columns, first, piece.past)
            for found in deal(blank(piece.source, self._asked.columns), rows, done, self._asked.limits):
                match found:
                    case Task():
                        last = found.chunk.past - 1
                        yield found
                    case Skipped():
                        last += found.rows
                        self._progress.add(skipped=found.rows)
                        self._progress.show()
                if self._stop.is_set():
                    return
            self._ends[piece] = last + 1

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Finished(_, done):
                    for stage, spent in done.seconds.items():
                        self._stages[stage] += spent
                    self._deaths.pop(None, None)
                    self._progress.add(done.rows + done.rejected, 0, done.doubtful, done.rejected)
                case Trouble(message, code):
                    raise RunError(message, code)
                case Lost():
                    self._lost(event)

    def _lost(self, lost: Lost) -> None:
        """Another process does its chunk, until it looks as if the chunk were the reason."""
        chunk = lost.task.chunk if lost.task else None
        place = f"with rows {chunk.first:,} to {chunk.past:,} of {chunk.source} in hand" if chunk else "at its start"
        ended = f"signal {-lost.code}" if lost.code and lost.code < 0 else f"code {lost.code}"
        self._deaths[chunk] += 1
        if self._deaths[chunk] >= MOST_DEATHS:
            raise RunError(f"{MOST_DEATHS} processes ended {place}, the last by {ended}", codes.FAILED)
        self._progress.say(f"Process {lost.pid} was ended by {ended} {place}; another one does it.")
        if lost.task:
            self._ready.appendleft(lost.task)

    def outcome(self, version: str, repeated: list[str]) -> Outcome:
        """What the store says of these inputs, held against what was read."""
        audits = [audit(piece, self._ends[piece], self._reviews.markers(marked(piece.source, self._asked.columns)))
                  for piece in self._pieces if piece in self._ends]  # fmt: skip
        rows_in, stored, rejected = (sum(numbers) for numbers in zip((0, 0, 0), *(a[:3] for a in audits), strict=True))
        missing = [line for found in audits for line in found.missing]
        stopped = self._stop.is_set()
        seconds = time.monotonic() - self._begun
        return Outcome(version, rows_in, stored, rejected, self._reviews.counts().distinct, self._progress.done,
                       self._progress.skipped, seconds, dict(self._stages), stopped, missing, repeated)  # fmt: skip
