"""Starts an in-process contestant and talks with it line by line; see `inproc.loop`.

Left out: what it is told, which is the sections' business.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import IO, Any

from . import machine, process
from .contestants import ROOT, InProcess


class ContestantError(Exception):
    """An in-process contestant ended before it answered; the message holds its last words."""


class Talk:
    """One contestant's process; `first_s` is the time from its start to its first answer."""

    def __init__(self, name: str, child: subprocess.Popen[bytes], words: IO[bytes], started: float) -> None:
        self._name = name
        self._child = child
        self._words = words
        self._line()
        self.first_s = perf_counter() - started
        self.pid = child.pid

    def one(self, count: int) -> list[float]:
        """Seconds of `count` texts, one at a time."""
        seconds: list[float] = self.ask("one", count)
        return seconds

    def many(self, count: int) -> float | None:
        """Seconds of `count` texts at once, or None where it has no way to."""
        seconds: float | None = self.ask("many", count)
        return seconds

    def ask(self, command: str, count: int) -> Any:
        """What a command of the contestant's own answers.

        Raises: ContestantError.
        """
        assert self._child.stdin
        self._child.stdin.write(f"{command} {count}\n".encode())
        self._child.stdin.flush()
        return json.loads(self._line())

    def _line(self) -> bytes:
        assert self._child.stdout
        line = self._child.stdout.readline()
        if not line:
            raise ContestantError(f"{self._name}: {process.last_words(self._words)}")
        return line


@contextmanager
def talking(contestant: InProcess) -> Iterator[Talk]:
    """A fresh process of a contestant on the servers' core, after its first answer.

    Raises: ContestantError.
    """
    command = (sys.executable, "-P", f"{ROOT}/benchmarks/inproc/{contestant.module}.py", *contestant.arguments)
    environ = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile() as words:
        with machine.on_cores(machine.SERVER_CORE):
            started = perf_counter()
            child = process.start(command, environ, subprocess.PIPE, words, subprocess.PIPE)
        try:
            yield Talk(contestant.name, child, words, started)
        finally:
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()
            process.stop(child)
