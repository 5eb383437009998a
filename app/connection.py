"""One connection of the server: uvicorn's HTTP/1.1 protocol with limits on what the application never sees.

Heads of requests have a time and a size limit, a malformed one gets a problem document, answers that
nobody reads are dropped, and after SIGTERM a connection ends behind the last answer it owes.
Left out: when to look at the clock and when to stop (`server`).
"""

from asyncio import BaseTransport
from time import monotonic
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .problems import Reply, problem

MAX_HEADER_BYTES = 65_536
"""Of a request that are not its body: its head, the frames of its chunks beyond what they must be, its trailers."""
_CHUNK_FRAME = 8
"""What a chunk of one byte takes besides."""
_SLICE_BYTES = 4096
DRAIN_S = 0.5
"""How long a connection without a request is kept after SIGTERM, for one that is on its way."""
UNREAD_S = 60
"""How long a client may leave an answer unread, which fills this process's memory."""


class Connection(HttpToolsProtocol):
    """One connection, with limits on everything of a request that the application does not see."""

    waiting_since: float | None = None
    """Since when the client owes the rest of a request's head; None while it owes a body or nothing."""
    framing_bytes = 0
    """What has come of this request that is not its body."""
    unread_since: float | None = None
    answering: RequestResponseCycle | None = None
    keep_alive = True
    """Whether the client of the latest request will send another."""
    draining = False
    drained_at = 0.0

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn itself narrows it
        self.waiting_since = monotonic()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answering:  # uvicorn tells only the latest of several that were sent ahead
            self.answering.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.answering = cycle
        super()._start_asgi_task(cycle, app)

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
        if self.draining and not self._idle() and monotonic() < self.drained_at:
            self.cycle.keep_alive = self.keep_alive  # one more follows: its answer is the last

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.waiting_since is not None:  # else it is a trailer, which nobody reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.waiting_since = None
        self.keep_alive = self.cycle.keep_alive
        if self.draining:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        if not self.cycle.response_complete:
            self.framing_bytes = max(0, self.framing_bytes - (1 + _CHUNK_FRAME) * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._idle():
            self.framing_bytes = 0  # the rest of a refused body came, and no head has begun

    def send_400_response(self, msg: str) -> None:
        self._refuse(problem("malformed-request", msg))

    def shutdown(self) -> None:
        """Close after the request that is here, or soon when none is."""
        if self.draining:
            return
        self.draining, self.drained_at = True, monotonic() + DRAIN_S
        if self._idle() or self.waiting_since is not None:
            self.loop.call_later(DRAIN_S, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        """A head that has begun is waited for, as long as any."""
        if self._idle() and (self.waiting_since is None or not self.framing_bytes):
            self.transport.close()

    def close_if_slow(self, now: float, header_timeout_s: float) -> None:
        """Whoever leaves a head unfinished, or an answer unread, for too long."""
        if self.waiting_since is not None and now - self.waiting_since > header_timeout_s:
            self.transport.close()
        if not self.transport.get_write_buffer_size():
            self.unread_since = None
        elif self.unread_since is None:
            self.unread_since = now
        elif now - self.unread_since > UNREAD_S:
            self.transport.abort()

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
