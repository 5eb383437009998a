"""Runs the service with uvicorn: what `make serve` starts.

Adds to uvicorn what a service in the open needs: heads of requests have a time and a size limit,
a malformed one gets a problem document, and SIGTERM first answers what clients have already sent.
Left out: several worker processes, which the server image gets from granian.
"""

import ipaddress
import os
import resource
import sys
from asyncio import BaseTransport
from time import monotonic
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .asgi import Door, build
from .problems import Reply, problem
from .settings import Settings, SettingsError, from_environment

MAX_HEADER_BYTES = 65_536
DRAIN_S = 0.5
"""How long a connection without a request is kept after SIGTERM, for one that is on its way."""
GRACE_S = 30


class Protocol(HttpToolsProtocol):
    """One connection, with limits on the head of a request."""

    waiting_since: float | None = None
    """When the head of the request began that is not whole yet; None between requests."""
    head_bytes = 0
    draining = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn itself narrows it
        self.waiting_since = monotonic()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waiting_since is not None:
            self.head_bytes += len(data)
            if self.head_bytes > MAX_HEADER_BYTES:
                self._refuse(problem("headers-too-large", f"At most {MAX_HEADER_BYTES} bytes."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.waiting_since = monotonic()
        self.head_bytes = 0

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.waiting_since = None
        if self.draining:
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:
        self._refuse(problem("malformed-request", msg))

    def shutdown(self) -> None:
        """Close after the request that is here, or soon when none is."""
        self.draining = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(DRAIN_S, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def _close_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _refuse(self, reply: Reply) -> None:
        head = f"HTTP/1.1 {reply.status} \r\ncontent-type: {reply.content_type}\r\ncontent-length: {len(reply.body)}"
        self.transport.write(head.encode() + b"\r\nconnection: close\r\n\r\n" + reply.body)
        self.transport.close()
        self.waiting_since = None


class Server(uvicorn.Server):
    """Closes, once a second, the connections whose request's head takes too long."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._header_timeout_s = settings.header_timeout_s

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            latest = monotonic() - self._header_timeout_s
            for connection in list(self.server_state.connections):
                since = getattr(connection, "waiting_since", None)
                if since is not None and since < latest:
                    connection.transport.close()
        return await super().on_tick(counter)


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 2 when a setting is wrong, 1 when the port is taken."""
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        print(f"undertone: {error}", file=sys.stderr)
        return 2
    _raise_file_limit()
    door = build(settings)
    _greet(door, settings)
    server = Server(_config(door, settings), settings)
    server.run()
    return 0 if server.started else 1


def _config(door: Door, settings: Settings) -> uvicorn.Config:
    options: dict[str, Any] = {"http": Protocol, "ws": "none", "lifespan": "off", "backlog": 16_384}
    quiet: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False}
    return uvicorn.Config(
        door, settings.host, settings.port, timeout_graceful_shutdown=GRACE_S, proxy_headers=False, **options, **quiet
    )


def _greet(door: Door, settings: Settings) -> None:
    """Say on standard error what to open, and what is unsafe or broken."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    if door.core.fault:
        print(f"undertone: every prediction will be refused: {door.core.fault}", file=sys.stderr)
    if not settings.api_keys_sha256 and not is_loopback(settings.host):
        print(
            f"undertone: warning: listening on {settings.host} without API keys: whoever reaches this machine "
            "can use the service. Set UNDERTONE_API_KEYS_SHA256.",
            file=sys.stderr,
        )
    print(f"Undertone answers at http://{host}:{settings.port}/ (docs at /docs). Ctrl-C stops it.", file=sys.stderr)


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
