"""Does the steps of a plan one by one, notes each in the run's journal, and undoes all of them where one fails.

    journal   JSON lines: {"at_s": 1772366400.1, "step": "MakeStack", "state": "begun" | "done" | "failed", "why": ""}

Left out: what a step does (`aws.acts`) and what undoing means (`destroy`).
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from .errors import LauncherError
from .steps import Step

Say = Callable[[str], None]


@dataclass(frozen=True)
class Line:
    """One line of a journal."""

    at_s: float
    step: str
    state: str
    why: str = ""


class Journal:
    """What was done for one run, on disk before the next thing is done."""

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self._path, self._clock = path, clock

    def note(self, step: str, state: str, why: str = "") -> None:
        """Raises: LauncherError where the state's folder cannot be written."""
        line = json.dumps(asdict(Line(self._clock(), step, state, why)), ensure_ascii=False)
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise LauncherError(
                f"{self._path} cannot be written: {error.strerror}", "name another folder with LAUNCHER_STATE"
            ) from error

    def lines(self) -> Iterator[Line]:
        """What was noted; a last line that was cut off by a crash is left out."""
        try:
            with open(self._path, encoding="utf-8") as file:
                for text in file:
                    if text.endswith("\n"):
                        yield Line(**json.loads(text))
        except FileNotFoundError:
            return


def execute(
    steps: Iterable[Step], do: Callable[[Step], str], undo: Callable[[], None], journal: Journal, say: Say
) -> None:
    """Do every step; where one fails, or a person stops it, undo all before the error goes on.

    `do` answers what it did in one sentence, or nothing.

    Raises: whatever `do` raised.
    """
    try:
        for step in steps:
            _one(step, do, journal, say)
    except BaseException as error:
        say("something went wrong: removing what was made" if isinstance(error, Exception) else "stopped: removing it")
        _undo(undo, journal, say)
        raise


def _one(step: Step, do: Callable[[Step], str], journal: Journal, say: Say) -> None:
    journal.note(step.name, "begun")
    say(str(step))
    try:
        done = do(step)
    except BaseException as error:
        journal.note(step.name, "failed", f"{type(error).__name__}: {error}")
        raise
    journal.note(step.name, "done", done)
    if done:
        say(f"  {done}")


def _undo(undo: Callable[[], None], journal: Journal, say: Say) -> None:
    """What fails here is told and noted, since the first error is the one that a person needs."""
    journal.note("Undo", "begun")
    try:
        undo()
    except LauncherError as error:
        journal.note("Undo", "failed", str(error))
        say(
            f"not all could be removed now ({error}); run `python -m launcher sweep`. The schedule removes it otherwise"
        )
    else:
        journal.note("Undo", "done")
