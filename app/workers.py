"""Runs the service with granian, a process for each CPU: what the server image starts.

After SIGTERM each answer closes its connection for a moment; only then are the workers told to stop.
Left out: the limits of a connection that granian lacks and the one-process server that has them (`server`).
"""

import os
import signal
import sys
from collections.abc import Awaitable
from functools import partial
from math import ceil
from multiprocessing import active_children
from tempfile import TemporaryDirectory
from threading import Timer
from types import FrameType
from typing import Any

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from granian.server.common import AbstractServer

from . import start
from .asgi import Door, Message, Receive, Scope, Send, build
from .predict import open_core
from .settings import Settings

DRAIN_S = 2.0
"""How long after SIGTERM requests are still taken on connections that are open."""
BACKLOG = 16_384
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # writable in a container whose root is not; the folder made there is ours

_LOGS: dict[str, Any] = {
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}
"""Standard output is for our own lines of JSON."""


class Worker:
    """One process's application; `closing`, it asks each client to come back on a new connection."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.closing = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._door(scope, receive, _closes(send) if self.closing else send)


def _closes(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


def build_worker() -> Worker:
    """What granian calls in each process."""
    worker = Worker(build())

    def close(_number: int, _frame: FrameType | None) -> None:
        worker.closing = True

    signal.signal(signal.SIGUSR1, close)
    return worker


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; exits with 2 when a setting is wrong, with 1 when it cannot listen."""
    settings = start.settings_or_exit()
    start.warn(open_core(settings))
    start.raise_file_limit()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until a worker has its own handler
    shared = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="undertone-", dir=shared) as figures:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures  # the workers' figures add up there
        server = _server(settings)
        server.on_startup(_drain_first)
        server.on_startup(lambda: start.greet(settings.host, settings.port))
        try:
            server.serve()
        except (OSError, RuntimeError, ValueError) as error:  # of the address: workers' errors stay in the workers
            reason = str(error).partition("\n")[0]
            print(f"undertone: cannot listen on {settings.host} at {settings.port}: {reason}", file=sys.stderr)
            return 1
    return 0


def _server(settings: Settings) -> AbstractServer[Any]:
    return Server(
        "app.workers:build_worker",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=int(settings.header_timeout_s * 1000)),
        websockets=False,
        runtime_mode=RuntimeModes.st,  # a fifth faster than a second thread for what is answered in microseconds
        workers=settings.workers or cpus(),
        backlog=BACKLOG,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
    )


def _drain_first() -> None:
    """Put a moment between the signal to stop and granian's own handler of it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_drain, signal.getsignal(number)))


def _drain(stop: Any, number: int, frame: FrameType | None) -> None:
    for worker in active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGUSR1)
    Timer(DRAIN_S, stop, (number, frame)).start()


def cpus() -> int:
    """How many CPUs this process may use: those of its affinity, or as many as its container was given time of."""
    usable = len(os.sched_getaffinity(0))
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            return min(usable, share(file.read()))
    except (OSError, ValueError):  # another system, or no limit
        return usable


def share(cpu_max: str) -> int:
    """The CPUs in a container's `cpu.max`: microseconds in each period, and the period's length.

    https://docs.kernel.org/admin-guide/cgroup-v2.html

    Raises: ValueError when there is no limit.

    >>> share("150000 100000")
    2
    """
    quota, period = cpu_max.split()
    return max(1, ceil(int(quota) / int(period)))


if __name__ == "__main__":
    sys.exit(main())
