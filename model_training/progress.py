"""The progress bar of a training run: one step an epoch, over every network the run fits.

On a terminal it is a moving bar on stderr; elsewhere (logs, CI) each stage is one line.
Left out: the summary, which goes to stdout (`__main__`).
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn


class Display:
    """A context in which stages are announced and epochs counted."""

    def __init__(self, epochs: int, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
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
            self._console.print(f"{description} ...", highlight=False)

    def advance(self) -> None:
        """One epoch more is done."""
        self._progress.advance(self._bar)
