"""One HTTP/1.1 connection of a flood, as little code as tells every fate of a request.

Left out: pipelining, chunked answers, TLS.
"""

import asyncio


def encode(body: bytes) -> bytes:
    """A whole request with this body."""
    head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection; one request at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's is no subclass

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """Send, and give the status to come."""
        self._answer = asyncio.get_running_loop().create_future()
        if self.open:
            self.transport.write(request)
        else:
            self.connection_lost(None)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or self._answer is None or self._answer.done():
            return
        status, length = _head(head)
        if length is None:
            self._answer.set_exception(ValueError("no content-length"))
        elif len(body) >= length:
            self._buffer = body[length:]
            self._answer.set_result(status)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or EOFError())


def _head(head: bytes) -> tuple[int, int | None]:
    """The status and the length of the body."""
    lines = head.lower().split(b"\r\n")
    lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
    return int(lines[0][9:12]), lengths[0] if lengths else None
