"""One execution environment: a process of the runtime client, its Runtime API, one event at a time.

Left out: which environment gets which event (`function`).
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from . import process
from .invocation import Invocation, Told
from .options import Options
from .process import Process
from .runtime_api import Connection

KILL_S = 5.0
"""How long a killed process may take to be gone."""


class Gone(Exception):
    """The process ended before it was given the event: another one can take it."""


class Environment:
    """Numbered; begins with `init`, takes events with `run`, ends with `close`."""

    def __init__(self, number: int, options: Options, ended: Callable[["Environment"], None]) -> None:
        self.number = number
        self.kind = "on-demand"
        self.busy = asyncio.Lock()
        self.memory_kb = 0
        self.log = bytearray()
        self._options = options
        self._ended = ended
        self._server: asyncio.Server | None = None
        self._process: Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._next: Connection | None = None
        self._awaited: asyncio.Future[Told] | None = None
        self._request_id = ""

    @property
    def alive(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def init(self, timeout_s: float) -> tuple[Told, float]:
        """Begin a new process; what it told first (`next` when it is ready) and how many milliseconds that took."""
        await self._stop()
        self.memory_kb = 0
        begun = time.perf_counter()
        self._request_id, awaited = "", self._await(timeout_s)
        await self._begin()
        told = await awaited
        init_ms = (time.perf_counter() - begun) * 1000
        self._drain()
        if told.kind != "next":
            await self._stop()
        return told, init_ms

    async def run(self, given: Invocation, timeout_s: float) -> tuple[Told, float]:
        """Give it an event; what it told, and the milliseconds from one to the other. A timeout ends the process.

        Raises: Gone when there is no process to take the event.
        """
        connection = await self._ready(timeout_s)
        begun = time.perf_counter()
        self._request_id, self._next, awaited = given.request_id, None, self._await(timeout_s)
        connection.send(given, int((time.time() + timeout_s) * 1000))
        told = await awaited
        duration_ms = (time.perf_counter() - begun) * 1000
        self._request_id = ""
        self._drain()
        if told.kind in ("timeout", "exit"):
            await self._stop()
        return told, duration_ms

    async def close(self) -> None:
        """End its process and its Runtime API."""
        await self._stop()
        if self._server:
            self._server.close()
            self._server = None

    def limit_memory(self, most_kb: int) -> None:
        """Kill the process if it holds more than that."""
        if self._process:
            now_kb, _ = self._process.memory_kb()
            if now_kb > most_kb:
                self.memory_kb = most_kb
                self._process.kill()

    def on_next(self, connection: Connection) -> None:
        self._next = connection
        if not self._request_id:
            self._tell(Told("next"))

    def on_told(self, request_id: str, told: Told) -> bool:
        if request_id != self._request_id or self._awaited is None:
            return False
        self._tell(told)
        return True

    async def _ready(self, timeout_s: float) -> Connection:
        """The connection on which the client waits; right after an answer it does not yet."""
        if self._next is None and self._process:
            told = await self._await(timeout_s)
            if told.kind != "next":
                await self._stop()
        if self._next is None or not self._next.open or self._process is None:
            await self._stop()
            raise Gone
        return self._next

    async def _begin(self) -> None:
        """A process; where the system has no room for one more, that is its exit."""
        try:
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
            address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
            self._process = await process.start(self._options, address, self.number, self.kind, self.log.extend)
        except OSError as error:
            self._tell(Told("exit", error=f"{error.strerror}"))
            return
        self._watching = asyncio.create_task(self._watch(self._process))

    def _await(self, timeout_s: float) -> asyncio.Future[Told]:
        """What is told next, or a timeout."""
        loop = asyncio.get_running_loop()
        self._awaited = awaited = loop.create_future()
        timer = loop.call_later(timeout_s, self._tell, Told("timeout"))
        awaited.add_done_callback(lambda _: timer.cancel())
        return awaited

    def _tell(self, told: Told) -> None:
        awaited, self._awaited = self._awaited, None
        if awaited and not awaited.done():
            awaited.set_result(told)

    async def _watch(self, watched: Process) -> None:
        """Until its process has ended, by whatever."""
        how = await watched.wait()
        if self._process is watched:
            self._process = self._next = None
            self._tell(Told("exit", error=how))
            self._ended(self)

    def _drain(self) -> None:
        if self._process:
            self._process.drain()
            _, peak_kb = self._process.memory_kb()
            self.memory_kb = max(self.memory_kb, peak_kb)

    async def _stop(self) -> None:
        """Kill what runs and wait until it is gone."""
        stopped, self._process, self._next = self._process, None, None
        if stopped:
            stopped.kill()
        if self._watching:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._watching), KILL_S)
            self._watching = None
        self._next = None  # it may have asked for an event until the last
