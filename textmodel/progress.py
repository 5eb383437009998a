"""A progress bar of one line on a terminal; silent everywhere else.

Left out: colours, and any knowledge of what is counted.
"""

import os
import stat
from time import monotonic
from typing import TextIO

_WIDTH = 30
_EVERY_S = 0.1


class Progress:
    """Lines done, their rate, and the share of the input where its size is known."""

    def __init__(self, source: TextIO | None, screen: TextIO, total_bytes: int | None = None) -> None:
        """Of `source`, or of several files, which have no stream in common but a size in all."""
        self._screen = screen if screen.isatty() and not (source and source.isatty()) else None
        self._total_bytes = _size(source) if source and total_bytes is None else total_bytes or 0
        self._started = self._shown = monotonic()
        self._lines = self._bytes = 0

    def advance(self, lines: int, size_bytes: int) -> None:
        """Count what was done; draws at most ten times a second."""
        self._lines += lines
        self._bytes += size_bytes
        now = monotonic()
        if self._screen and now - self._shown >= _EVERY_S:
            self._shown = now
            self._draw(now, "\r")

    def finish(self) -> None:
        if self._screen:
            self._draw(monotonic(), "\r", "\n")

    def _draw(self, now: float, start: str, end: str = "") -> None:
        rate = self._lines / max(now - self._started, 1e-9)
        bar = ""
        if self._total_bytes:
            share = min(self._bytes / self._total_bytes, 1.0)
            done = round(share * _WIDTH)
            bar = f"[{'#' * done}{'.' * (_WIDTH - done)}] {share:4.0%}  "
        print(f"{start}{bar}{self._lines:,} lines, {rate:,.0f}/s ", end=end, file=self._screen, flush=True)


def _size(source: TextIO) -> int:
    """The bytes of a regular file; 0 for anything that has no end yet, or no file at all."""
    try:
        status = os.fstat(source.fileno())
    except (OSError, ValueError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
