"""The raw measurements: one row for each attempt, as CSV, written while the test runs.

Each process of a test writes a file of its own; reading puts them together. What a killed process had written
stays good: a last line that is cut off is left out.
Left out: what the rows mean.
"""

import csv
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TextIO

FLUSH_S = 0.5


class Row(NamedTuple):
    """One attempt of one request.

    sent_s: when it left, seconds since 1970. late_ms: how much later than it was due. last: whether no further
    attempt was made for this request.
    """

    sent_s: float
    late_ms: float
    latency_ms: float
    door: str
    kind: str
    reason: str
    init: str
    attempt: int
    last: bool
    duration_ms: float | None = None
    init_ms: float | None = None

    @property
    def waited_ms(self) -> float:
        """From when it was due to the answer: what an open workload's caller sees, whatever the client did."""
        return self.late_ms + self.latency_ms

    @property
    def failure(self) -> str:
        """How a failed attempt is named."""
        return f"{self.kind}: {self.reason}" if self.reason else self.kind


class Writer:
    """Appends rows to one file, at most half a second behind."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("w", newline="", encoding="utf-8")
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(Row._fields)
        self._flushed_s = 0.0

    def write(self, row: Row) -> None:
        self._csv.writerow(_cells(row))
        if time.monotonic() - self._flushed_s > FLUSH_S:
            self._file.flush()
            self._flushed_s = time.monotonic()

    def close(self) -> None:
        self._file.close()


def _cells(row: Row) -> list[str]:
    times = (f"{row.sent_s:.6f}", f"{row.late_ms:.3f}", f"{row.latency_ms:.3f}")
    told = ("" if ms is None else f"{ms:.3f}" for ms in (row.duration_ms, row.init_ms))
    return [*times, row.door, row.kind, row.reason, row.init, str(row.attempt), str(int(row.last)), *told]


def read(paths: Iterable[Path]) -> list[Row]:
    """All whole rows of the files, by the time they were sent."""
    rows = [row for path in paths for row in _read(path)]
    return sorted(rows, key=lambda row: row.sent_s)


def _read(path: Path) -> Iterable[Row]:
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    return map(_row, list(csv.reader(whole.splitlines()))[1:])


def _row(cells: list[str]) -> Row:
    sent, late, latency, door, kind, reason, init, attempt, last, *told = cells
    duration, init_ms = (float(ms) if ms else None for ms in told)
    times = float(sent), float(late), float(latency)
    return Row(*times, door, kind, reason, init, int(attempt), last == "1", duration, init_ms)


def write(path: Path, rows: Iterable[Row]) -> None:
    """All rows as one file."""
    writer = Writer(path)
    for row in rows:
        writer.write(row)
    writer.close()
