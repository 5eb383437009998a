"""What a person sees while something takes long: lines that stay, and on a terminal one more that tells of now.

Everything goes to standard error, so that standard output holds the script's lines and the results alone.
Left out: what is said.
"""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

EVERY_S = 30.0
"""How often `now` is told where no terminal shows it."""


class Progress:
    """Call it with a line that stays; `now` with what is going on, as often as one likes."""

    def __init__(self, to: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console

        self._to, self._clock = to or sys.stderr, clock
        self._console = Console(file=self._to, highlight=False, soft_wrap=True)
        self._status = self._console.status("") if self._console.is_terminal else None
        self._shown, self._told = False, clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.still()

    def __call__(self, line: str) -> None:
        """A line that stays."""
        if self._status:
            self._console.print(line, markup=False)
        else:
            print(line, file=self._to, flush=True)

    def now(self, text: str) -> None:
        """What is going on: a moving line on a terminal, else a line every EVERY_S seconds."""
        if self._status:
            from rich.text import Text

            self._status.update(Text(text))
            if not self._shown:
                self._status.start()
                self._shown = True
        elif self._clock() - self._told >= EVERY_S:
            self._told = self._clock()
            self(text)

    def still(self) -> None:
        """Take the moving line away, as before a question."""
        if self._status and self._shown:
            self._status.stop()
            self._shown = False
