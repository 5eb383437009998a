"""How busy the machine and the load client are, once a second, so that a verdict can tell them from the target.

Left out: a target on another machine, which tells nothing of itself.
"""

import contextlib
import time

import psutil

from .summary import Usage


class Watch:
    """The shares since it was last asked."""

    def __init__(self, client_pid: int) -> None:
        self._client = psutil.Process(client_pid)
        self._seen: dict[int, float] = {}
        self._at = time.monotonic()
        psutil.cpu_percent()

    def look(self) -> Usage:
        """Now: the machine's share of all cores, and the busiest client process's share of one core."""
        now = time.monotonic()
        spent = self._spent()
        passed = max(1e-6, now - self._at)
        busiest = max((s - self._seen.get(pid, 0.0) for pid, s in spent.items()), default=0.0) / passed
        self._seen, self._at = spent, now
        return Usage(time.time(), psutil.cpu_percent() / 100, busiest)

    def _spent(self) -> dict[int, float]:
        """CPU seconds of each of the client's processes; they may end while one looks."""
        spent: dict[int, float] = {}
        with contextlib.suppress(psutil.Error):
            for process in (self._client, *self._client.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    spent[process.pid] = times.user + times.system
        return spent
