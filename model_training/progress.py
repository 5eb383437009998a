"""The progress of a training run: one step an epoch, over every network the run fits, and the time left.

On a terminal it is a moving bar on stderr; elsewhere (logs, CI) each stage is one line.
Left out: the summary, which goes to stdout (`__main__`).
"""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn


class Display:
    """A context in which stages are announced and epochs counted."""

    def __init__(self, epochs: int, console: Console | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._console = console or Console(stderr=True)
        self._clock = clock
        self._began_s = clock()
        self._epochs = epochs
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("epochs,"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bar = self._progress.add_task("starting TensorFlow", total=epochs)
        self.done = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, description: str) -> None:
        """What the next epochs are for."""
        self._progress.update(self._bar, description=description)
        if not self._console.is_terminal:
            self._console.print(f"{description} ...{self._left()}", highlight=False)

    def advance(self) -> None:
        """One epoch more is done."""
        self.completed(self.done + 1)

    def completed(self, epochs: int) -> None:
        """So many epochs are done in all."""
        self.done = epochs
        self._progress.update(self._bar, completed=epochs)

    def elapsed_s(self) -> float:
        """Since it was made."""
        return self._clock() - self._began_s

    def _left(self) -> str:
        """The time left in words, once there is something to tell it by: a minute, and a twentieth of the epochs."""
        if self.elapsed_s() < 60 or self.done * 20 < self._epochs:
            return ""
        minutes = self.elapsed_s() / self.done * (self._epochs - self.done) / 60
        return f" about {max(1, round(minutes))} min left"
