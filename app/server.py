"""Runs the service with uvicorn: what `make serve` starts.

Adds to uvicorn what a service in the open needs: heads of requests have a time and a size limit,
a malformed one gets a problem document, and SIGTERM first answers what clients have already sent.
Left out: several worker processes, which the server image gets from granian.
"""

import ipaddress
import os
import resource
import socket
import sys
from asyncio import BaseTransport, get_running_loop, sleep
from time import monotonic
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .asgi import Door, build
from .problems import Reply, problem
from .settings import Settings, SettingsError, from_environment

MAX_HEADER_BYTES = 65_536
"""Of a request that are not its body: its head, the frames of its chunks beyond what they must be, its trailers."""
_CHUNK_FRAME = 8
"""What a chunk of one byte takes besides."""
_SLICE_BYTES = 4096
DRAIN_S = 0.5
"""How long a connection without a request is kept after SIGTERM, for one that is on its way."""
GRACE_S = 30


class Protocol(HttpToolsProtocol):
    """One connection, with limits on everything of a request that the application does not see."""

    waiting_since: float | None = None
    """Since when the client owes the rest of a request's head; None while it owes a body or nothing."""
    framing_bytes = 0
    """What has come of this request that is not its body."""
    keep_alive = True
    """Whether the client of the latest request will send another."""
    draining = False
    drained_at = 0.0

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn itself narrows it
        self.waiting_since = monotonic()

    def data_received(self, data: bytes) -> None:
        """Feed the parser in slices, so that what is counted for a request is its own, but for a slice."""
        if self.waiting_since is None and self._idle():
            self.waiting_since = monotonic()  # empty lines and the rest of a refused body are no requests
            self.framing_bytes = 0
        for start in range(0, len(data), _SLICE_BYTES):
            part = data[start : start + _SLICE_BYTES]
            self.framing_bytes += len(part)
            super().data_received(part)
            if self.framing_bytes > MAX_HEADER_BYTES:
                self._refuse(problem("headers-too-large", f"At most {MAX_HEADER_BYTES} bytes."))
            if self.transport.is_closing():
                return

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.waiting_since = monotonic()
        self.framing_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.waiting_since is not None:  # else it is a trailer, which nobody reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        before, wanted = self.cycle, self.keep_alive
        super().on_headers_complete()
        self.waiting_since = None
        self.keep_alive = self.cycle.keep_alive
        if self.draining:
            self.cycle.keep_alive = False
            if before and not before.response_started and monotonic() < self.drained_at:
                before.keep_alive = wanted  # a pipelined request follows: its answer is the last

    def on_body(self, body: bytes) -> None:
        if not self.cycle.response_complete:
            self.framing_bytes = max(0, self.framing_bytes - (1 + _CHUNK_FRAME) * len(body))
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        self._refuse(problem("malformed-request", msg))

    def shutdown(self) -> None:
        """Close after the request that is here, or soon when none is."""
        if self.draining:
            return
        self.draining, self.drained_at = True, monotonic() + DRAIN_S
        if self._idle():
            self.loop.call_later(DRAIN_S, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        """A head that has begun is waited for, as long as any."""
        if self._idle() and (self.waiting_since is None or not self.framing_bytes):
            self.transport.close()

    def _refuse(self, reply: Reply) -> None:
        """Answer what is no request, where that is what the client waits for, and close."""
        if self.transport.is_closing():
            return
        in_body = self.waiting_since is None
        if in_body == self._idle() or self.pipeline or (in_body and self.cycle.response_started):
            self._close_after_answers()
            return
        headers = (*reply.headers, *self.app.refused(reply), ("Content-Type", reply.content_type))
        head = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers)
        head = f"HTTP/1.1 {reply.status} \r\n{head}content-length: {len(reply.body)}\r\n\r\n"
        self.transport.write(head.encode() + reply.body)
        self.transport.close()

    def _close_after_answers(self) -> None:
        if self._idle():
            self.transport.close()
        else:
            self.cycle.keep_alive = False


class Server(uvicorn.Server):
    """Closes the connections whose request's head takes too long, and stops without an error."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"Undertone answers at http://{host}:{port}/ (docs at /docs). Ctrl-C stops it.", file=sys.stderr)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._close_slow_heads()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Until every connection is closed, also those that were accepted while this began."""
        stopping = get_running_loop().create_task(super().shutdown(sockets))
        while not stopping.done():
            for connection in list(self.server_state.connections):
                connection.shutdown()
            self._close_slow_heads()
            await sleep(0.05)
        await stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and do not raise the signal again afterwards: to be stopped is no failure."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()

    def _close_slow_heads(self) -> None:
        latest = monotonic() - self._settings.header_timeout_s
        for connection in list(self.server_state.connections):
            since = getattr(connection, "waiting_since", None)
            if since is not None and since < latest:
                connection.transport.close()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 2 when a setting is wrong, 1 when it cannot listen."""
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        print(f"undertone: {error}", file=sys.stderr)
        return 2
    _raise_file_limit()
    door = build(settings)
    _warn(door, settings)
    server = Server(_config(door, settings), settings)
    try:
        server.run()
    except UnicodeError:
        print(f"undertone: HOST: expected an address or a name, found {settings.host!r}", file=sys.stderr)
    except SystemExit:  # uvicorn has said why
        return 1
    return 0 if server.started else 1


def _config(door: Door, settings: Settings) -> uvicorn.Config:
    options: dict[str, Any] = {"http": Protocol, "ws": "none", "lifespan": "off", "backlog": 16_384}
    quiet: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False}
    return uvicorn.Config(
        door, settings.host, settings.port, timeout_graceful_shutdown=GRACE_S, proxy_headers=False, **options, **quiet
    )


def _warn(door: Door, settings: Settings) -> None:
    """Say on standard error what is broken or unsafe."""
    if door.core.fault:
        print(f"undertone: every prediction will be refused: {door.core.fault}", file=sys.stderr)
    if not settings.api_keys_sha256 and not is_loopback(settings.host):
        print(
            f"undertone: warning: listening on {settings.host} without API keys: whoever reaches this machine "
            "can use the service. Set UNDERTONE_API_KEYS_SHA256.",
            file=sys.stderr,
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _raise_file_limit() -> None:
    """A connection is a file: allow as many as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
