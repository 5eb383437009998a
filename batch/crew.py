"""The processes that do chunks: started anew (spawn), given one chunk at a time, replaced when they die.

Each has a pipe of its own, and nothing is shared, so one that is killed at any moment harms no other.
Left out: what they do (`work`), and which chunk is next (`run`).
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple, cast

from .dealing import Task
from .stopping import TOLD
from .work import Done, Ready, Reply, Trouble

Start = Callable[[Connection], None]
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""One thread of arithmetic a process, as there is a process for each core."""
LEAVE_S = 5.0


class Member(NamedTuple):
    """A process, our end of its pipe."""

    process: BaseProcess
    pipe: Connection


class Finished(NamedTuple):
    """A chunk is done."""

    task: Task
    done: Done


class Lost(NamedTuple):
    """A process died, by `code` as subprocess has it, with a chunk in hand or none."""

    pid: int | None
    code: int | None
    task: Task | None


Event = Finished | Lost | Trouble


@contextmanager
def deaf() -> Iterator[None]:
    """What is started meanwhile does not hear a Ctrl-C before it can ignore it (`work`); we hear it afterwards."""
    resource_tracker.ensure_running()  # else the first process starts it, and it takes the mask away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Crew:
    """At most `size` processes, each started when there is first something for it."""

    def __init__(self, size: int, target: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self.size = size
        self._context = multiprocessing.get_context("spawn")
        self._target, self._arguments = target, arguments
        self._idle: list[Member] = []
        self._tasks: dict[Member, Task | None] = {}
        """Of those at work; None where it only starts."""

    @property
    def busy(self) -> int:
        """How many have a chunk in hand."""
        return sum(task is not None for task in self._tasks.values())

    def takes(self) -> bool:
        """Whether a process waits for a chunk; one more is started where none does and there is room."""
        if not self._idle and len(self._tasks) < self.size:
            self._start()
        return bool(self._idle)

    def give(self, task: Task) -> Lost | None:
        """Give a chunk to a process that waits; Lost where that one has died meanwhile."""
        member = self._idle.pop()
        self._tasks[member] = task
        try:
            member.pipe.send(task)
        except (BrokenPipeError, ConnectionResetError):
            return self._lost(member)
        return None

    def events(self, timeout_s: float) -> list[Event]:
        """What happened since, at once or within that time."""
        by_pipe = {member.pipe: member for member in (*self._tasks, *self._idle)}
        found: list[Event] = []
        for pipe in wait(list(by_pipe), timeout_s):
            event = self._event(by_pipe[cast("Connection", pipe)])
            if event:
                found.append(event)
        return found

    def close(self, *, kill: bool = False) -> None:
        """End all processes; with `kill` at once, else when what is in hand is done."""
        members = [*self._tasks, *self._idle]
        for member in members:
            member.pipe.close()
        for member in members:
            if kill:
                member.process.kill()
            member.process.join(LEAVE_S)
            if member.process.is_alive():
                member.process.kill()
                member.process.join()
        self._tasks, self._idle = {}, []

    def _start(self) -> None:
        for name in _THREADS:
            os.environ.setdefault(name, "1")
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._target, args=(theirs, *self._arguments), daemon=True)
        with deaf():
            process.start()
        theirs.close()
        self._tasks[Member(process, ours)] = None

    def _event(self, member: Member) -> Event | None:
        """What a process says; that it does not any more is an answer too."""
        try:
            reply: Reply = member.pipe.recv()
        except (EOFError, ConnectionResetError):
            return self._lost(member)
        task = self._tasks.pop(member, None)
        match reply:
            case Trouble():
                return reply
            case Done() if task:
                self._idle.append(member)
                return Finished(task, reply)
            case Ready() | Done():
                self._idle.append(member)
        return None

    def _lost(self, member: Member) -> Lost:
        task = self._tasks.pop(member, None)
        if member in self._idle:
            self._idle.remove(member)
        member.pipe.close()
        member.process.join(LEAVE_S)
        return Lost(member.process.pid, member.process.exitcode, task)
