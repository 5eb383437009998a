"""Rows of an input to chunks: in order, as long as one takes a few seconds at most, without those that are done.

A chunk ends where the row's number is a multiple of the most rows, or by its characters, whichever comes first. So it
follows from the input alone: a second run, one after a crash, one at the same time and shards make the same chunks.
Left out: reading (`reading`) and who does them (`run`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from store.reviews import Chunk

from .records import Bad, Columns, Record, Source

Row = Record | Bad


class Limits(NamedTuple):
    """How long a chunk may be; one row always fits."""

    rows: int
    characters: int


class Piece(NamedTuple):
    """What is asked of one input: the rows from `first` to before `past`, None being its end."""

    source: Source
    first: int = 0
    past: int | None = None


class Task(NamedTuple):
    """A chunk and its rows, for one process."""

    chunk: Chunk
    rows: list[Row]


class Skipped(NamedTuple):
    """Rows that were read and are in the store already."""

    rows: int
    line: int


def begin(done: Mapping[int, int], first: int) -> int:
    """The first row from `first` on that is not done.

    >>> begin({0: 100, 100: 200, 300: 400}, 0), begin({0: 100}, 50), begin({}, 7)
    (200, 50, 7)
    """
    while first in done:
        first = done[first]
    return first


def marked(source: Source, columns: Columns) -> str:
    """The name under which the store knows an input's chunks: read by other columns it is another input."""
    if columns == Columns():
        return source.source_id
    return f"{source.source_id}:{hashlib.sha256(json.dumps(columns).encode()).hexdigest()[:8]}"


def blank(source: Source, columns: Columns) -> Chunk:
    """A chunk of an input, without rows."""
    return Chunk(marked(source, columns), source.name, 0, 0)


def deal(chunk: Chunk, rows: Iterable[Row], done: Mapping[int, int], limits: Limits) -> Iterator[Task | Skipped]:
    """Every row once: in a task, or skipped where `done` (first to past of chunks) has it; `chunk` names the input."""
    held: list[Row] = []
    characters = skipped = 0
    done_until: int | None = None
    row = None
    for row in rows:
        if done_until is None:
            done_until = max((past for first, past in done.items() if first < row.number), default=0)
        done_until = max(done_until, done.get(row.number, 0))
        is_done = row.number < done_until
        length = len(row.text) if isinstance(row, Record) else 0
        if held and (is_done or row.number % limits.rows == 0 or characters + length > limits.characters):
            yield _task(chunk, held)
            held, characters = [], 0
        if skipped and (not is_done or skipped >= limits.rows):
            yield Skipped(skipped, row.line)
            skipped = 0
        if is_done:
            skipped += 1
        else:
            held.append(row)
            characters += length
    if held:
        yield _task(chunk, held)
    if skipped and row:
        yield Skipped(skipped, row.line)


def _task(chunk: Chunk, rows: list[Row]) -> Task:
    return Task(chunk._replace(first=rows[0].number, past=rows[-1].number + 1), rows)
