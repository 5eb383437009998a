"""Runs the service with uvicorn: what `make serve` starts.

After SIGTERM it answers every request that a client has already sent, then ends.
Left out: a connection's own limits (`connection`), and more than one process.
"""

import os
import socket
import sys
from asyncio import get_running_loop, sleep
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any

import uvicorn

from . import start
from .asgi import Door, build
from .connection import Connection
from .settings import Settings

GRACE_S = 30
"""How long after SIGTERM an answer may take to be made and read."""
BACKLOG = 16_384


class Server(uvicorn.Server):
    """Closes the connections whose request's head takes too long, and stops without an error."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        start.greet(self._settings.host, self.servers[0].sockets[0].getsockname()[1])

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._close_slow()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Until every connection is closed, also those that nobody had accepted yet."""
        await self._accept_the_rest()
        stopping, end = get_running_loop().create_task(super().shutdown(sockets)), monotonic() + GRACE_S
        while not stopping.done():
            for connection in list(self.server_state.connections):
                connection.shutdown() if monotonic() < end else connection.transport.abort()
            self._close_slow()
            await sleep(0.05)
        await stopping

    async def _accept_the_rest(self) -> None:
        """Stop listening without a reset for the clients that the system has connected already."""
        listeners = [socket.socket(fileno=os.dup(s.fileno())) for server in self.servers for s in server.sockets]
        for server in self.servers:
            server.close()
        await sleep(0)
        waiting: list[socket.socket] = []
        for listener in listeners:
            listener.setblocking(False)
            with listener, suppress(OSError):  # none waits any more, or no file is left for one
                for _ in range(BACKLOG):
                    waiting.append(listener.accept()[0])  # noqa: PERF401  # kept also when the next one fails
        for connection in waiting:
            connection.setblocking(False)
            await get_running_loop().connect_accepted_socket(self._connection, connection)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and do not raise the signal again afterwards: to be stopped is no failure."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()

    def _close_slow(self) -> None:
        now = monotonic()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.close_if_slow(now, self._settings.header_timeout_s)


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; exits with 2 when a setting is wrong, 1 when it cannot listen."""
    settings = start.settings_or_exit()
    start.raise_file_limit()
    door = build(settings)
    start.warn(door.core)
    server = Server(_config(door, settings), settings)
    try:
        server.run()
    except UnicodeError:
        print(f"undertone: HOST: expected an address or a name, found {settings.host!r}", file=sys.stderr)
    except SystemExit:  # uvicorn has said why
        return 1
    return 0 if server.started else 1


def _config(door: Door, settings: Settings) -> uvicorn.Config:
    options: dict[str, Any] = {"http": Connection, "ws": "none", "lifespan": "off", "backlog": BACKLOG}
    quiet: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False}
    options |= quiet | {"proxy_headers": False, "timeout_graceful_shutdown": GRACE_S + 5}
    return uvicorn.Config(door, settings.host, settings.port, **options)
