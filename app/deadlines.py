"""One timer for all bodies that are still arriving, where a timer each would cost as much as an answer.

Left out: heads of requests, which the server watches (`server`).
"""

import asyncio
from types import TracebackType


class Deadline:
    """The time limit of one process's bodies; entered by the task that waits for one.

    async def read():
        with deadline:      # TimeoutError when the block took longer than the limit
            ...

    A late task is found up to a tenth of the limit after its time.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._since: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a deadline is for tasks")
        self._since[task] = loop.time()
        if self._timer is None or self._loop is not loop:  # a timer of a loop that has ended never comes
            self._loop = loop
            self._timer = loop.call_later(self._limit_s / 10, self._look, loop)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        task = asyncio.current_task()
        del self._since[task]  # type: ignore[arg-type]  # it was a task when it entered
        if self._late and task in self._late:
            self._late.discard(task)
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel what is late, and look again while anybody waits."""
        begun_before = loop.time() - self._limit_s
        for task, since in self._since.items():  # oldest first
            if since > begun_before:
                break
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        self._timer = loop.call_later(self._limit_s / 10, self._look, loop) if self._since else None
