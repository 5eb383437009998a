"""Drift's reading of a log: `lines 100000` gives the lines per second of so many made-up ones.

From a file on disk to the counts, feedback joined. Left out: the verdicts, which take as long for any log.
"""

from __future__ import annotations

from benchmarks.inproc.loop import drive

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Commands


def build() -> Commands:
    return {"lines": _lines_per_s}


def _lines_per_s(count: int) -> float:
    from tempfile import NamedTemporaryFile
    from time import perf_counter

    from benchmarks import log_lines

    with NamedTemporaryFile() as file:
        file.writelines(log_lines.make(count))
        file.flush()
        start = perf_counter()
        _read(file.name)
        return count / (perf_counter() - start)


def _read(path: str) -> None:
    import sys

    from benchmarks.log_lines import LABELS, MODEL
    from textmodel.drift.sources import read
    from textmodel.drift.tally import Tally

    tally = Tally(MODEL, LABELS)
    tally.take(read(path, sys.stdin.buffer, lambda _lines, _bytes: None))
    tally.close()
    assert not tally.broken, tally.first_broken


drive(build)
