"""How far a run is: a bar by rich on a terminal, a plain line every few seconds elsewhere. Both on standard error.

Left out: what it came to in the end (`summary`).
"""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

EVERY_S = 10.0


class Progress:
    """Rows done and skipped so far, of `total` where that is known."""

    def __init__(self, to: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._to, self._clock = to or sys.stderr, clock
        self.done = self.skipped = self.doubtful = self.rejected = 0
        self.total: int | None = None
        self._begun = self._told = clock()
        self._bar = _Bar(self._to) if self._to.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.close()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._clock() - self._begun

    @property
    def rate(self) -> float:
        """Rows a second that were done, those that were skipped not counted."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds until all are done at the rate so far; None while nobody can know."""
        if self.total is None or not self.rate:
            return None
        return max(0.0, (self.total - self.done - self.skipped) / self.rate)

    def add(self, done: int = 0, skipped: int = 0, doubtful: int = 0, rejected: int = 0) -> None:
        """So many more."""
        self.done += done
        self.skipped += skipped
        self.doubtful += doubtful
        self.rejected += rejected

    def show(self) -> None:
        """The bar, or a line when the last is some seconds ago."""
        now = self._clock()
        if self._bar:
            self._bar.show(self.done + self.skipped, self.total, self.line())
        elif now - self._told >= EVERY_S:
            self._told = now
            print(self.line(), file=self._to, flush=True)

    def say(self, line: str) -> None:
        """Something that a person must know, at once."""
        if self._bar:
            self._bar.say(line)
        else:
            print(line, file=self._to, flush=True)

    def line(self) -> str:
        """All of it in words."""
        rows = self.done + self.skipped
        parts = [f"{rows:,} of {self.total:,} rows" if self.total else f"{rows:,} rows", f"{self.rate:,.0f} a second"]
        parts += [f"{self.skipped:,} were there"] * bool(self.skipped)
        parts += [f"{self.doubtful:,} doubtful", f"{self.rejected:,} rejected"]
        if self.left_s is not None:
            parts.append(f"{clock(self.left_s)} left")
        return ", ".join(parts)


class _Bar:
    """Rich's bar, one task."""

    def __init__(self, to: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(bar_width=24), TextColumn("{task.description}"))
        self._progress = Progress(*columns, console=Console(file=to), transient=True)
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def show(self, done: int, total: int | None, line: str) -> None:
        self._progress.update(self._task, completed=done, total=total, description=line)

    def say(self, line: str) -> None:
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        self._progress.stop()


def clock(seconds: float) -> str:
    """A duration for a person.

    >>> clock(7), clock(75.4), clock(3 * 3600 + 60)
    ('7 s', '1 min 15 s', '3 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
