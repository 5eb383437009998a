"""A flood: N requests over C connections opened at once, and the fate of every one of them.

    python -m benchmarks.flood_client '{"port": 8000, "requests": 10000, "connections": 10000, ...}'

A connection sends its share of the requests one after another; after a failure the next request
opens a new one. Every request ends as an answer of status 200 or as exactly one kind of failure.
A request's time counts from its wish: opening a connection is part of it.
Left out: retries, TLS, chunked answers.
"""

import asyncio
import json
import resource
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import uvloop

from .flood_connection import Connection, encode
from .stats import percentile


@dataclass(frozen=True)
class Wish:
    """What a flood sends, where, and when it gives up."""

    port: int
    requests: int
    connections: int
    bodies: str
    """A file with a body per line."""
    timeout_s: float = 30.0
    end_s: float = 60.0


class _Client:
    """One client: a connection as long as it holds, then another."""

    def __init__(self, wish: Wish, end: float) -> None:
        self._wish = wish
        self._end = end
        self._connection: Connection | None = None

    async def ask(self, request: bytes) -> None:
        """One request, answered with status 200 in time; whatever else happens is raised."""
        loop = asyncio.get_running_loop()
        until = min(self._end, loop.time() + self._wish.timeout_s)
        if until <= loop.time():
            raise _TooLate
        if self._connection is None or not self._connection.open:
            self._connection = None
            async with _limit(until, "no connection in time"):
                _, self._connection = await loop.create_connection(Connection, "127.0.0.1", self._wish.port)
        async with _limit(until, "no answer in time"):
            status = await self._connection.ask(request)
        if status != 200:
            raise _BadStatus(status)

    def close(self) -> None:
        if self._connection:
            self._connection.transport.abort()
        self._connection = None


@asynccontextmanager
async def _limit(until: float, words: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout_at(until):
            yield
    except TimeoutError as error:
        raise TimeoutError(words) from error


class Flood:
    """One flood under way."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.seconds: list[float] = []
        self.failures: Counter[str] = Counter()
        with open(wish.bodies, "rb") as file:
            self._requests = [encode(line.rstrip(b"\n")) for line in file]

    async def run(self) -> dict[str, Any]:
        """All of it, and what came of it."""
        start = perf_counter()
        end = asyncio.get_running_loop().time() + self.wish.end_s
        share, more = divmod(self.wish.requests, self.wish.connections)
        users = (self._user(n, share + (n < more), end) for n in range(self.wish.connections))
        await asyncio.gather(*users)
        return self._result(perf_counter() - start)

    async def _user(self, number: int, count: int, end: float) -> None:
        client = _Client(self.wish, end)
        for turn in range(count):
            request = self._requests[(number + turn) % len(self._requests)]
            start = perf_counter()
            try:
                await client.ask(request)
                self.seconds.append(perf_counter() - start)
            except (OSError, EOFError, ValueError, _BadStatus) as error:
                self.failures[kind(error)] += 1
                client.close()
        client.close()

    def _result(self, wall_s: float) -> dict[str, Any]:
        times = {f"p{p}_ms": percentile(self.seconds, p) * 1000 for p in (50, 99) if self.seconds}
        answered = len(self.seconds)
        return {"answered": answered, "failures": dict(self.failures), "wall_s": wall_s, **times}


class _BadStatus(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")


class _TooLate(TimeoutError):
    def __init__(self) -> None:
        super().__init__("not sent before the end")


def kind(error: Exception) -> str:
    """The name under which a failure is counted.

    >>> kind(ConnectionResetError(104, "Connection reset by peer")), kind(EOFError())
    ('connection reset', 'closed without an answer')
    """
    match error:
        case TimeoutError() | _BadStatus() if error.args:
            return str(error)
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError():
            return "connection reset"
        case EOFError():
            return "closed without an answer"
        case ValueError():
            return "no HTTP/1.1 answer with a length"
        case _:
            return f"{type(error).__name__} {getattr(error, 'errno', '')}".strip()


def flood(wish: Wish) -> dict[str, Any]:
    """One flood from this process, on uvloop's event loop."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(Flood(wish).run())


def command(wish: Wish) -> list[str]:
    """The command of a flood in a process of its own."""
    return [sys.executable, "-m", "benchmarks.flood_client", json.dumps(asdict(wish))]


if __name__ == "__main__":
    print(json.dumps(flood(Wish(**json.loads(sys.argv[1])))))
