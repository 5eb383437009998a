"""How many bytes each query moved, a line each in a file beside the runs, so that `runs` can add them up.

A line has no text of the query, which may hold a person's words: its digest alone. Left out: asking (`queries`).
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from .errors import StorageError
from .settings import Settings

FILE = "moved.jsonl"


@dataclass(frozen=True)
class Moved:
    """One query of a run: what it was estimated to move and what it moved; `cached` moved nothing."""

    run: str
    at: str
    engine: str
    sources: tuple[str, ...]
    query: str
    rows: int
    estimated_bytes: int
    moved_bytes: int
    cached: bool
    seconds: float


def append(settings: Settings, line: Moved) -> None:
    """Add a line; lines of analysts who write at once do not mix. Raises: StorageError."""
    path = os.path.join(settings.folder, FILE)
    try:
        os.makedirs(settings.folder, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, (json.dumps(asdict(line)) + "\n").encode())
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(path, str(error)) from error


def lines(settings: Settings, run: str | None = None) -> Iterator[Moved]:
    """What was recorded, of one run or of all; a line that was cut off by a crash is left out."""
    path = os.path.join(settings.folder, FILE)
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        for text in file:
            with suppress(ValueError, TypeError):
                found = json.loads(text)
                if run is None or found["run"] == run:
                    yield Moved(**{**found, "sources": tuple(found["sources"])})


def total_bytes(settings: Settings, run: str) -> int:
    """What a run moved in all."""
    return sum(line.moved_bytes for line in lines(settings, run))
