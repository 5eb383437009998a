"""Lambda's Runtime API towards one execution environment: what its runtime client asks and posts.

API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
Left out: who is given which event (`environment`); streamed responses.
"""

import asyncio
from typing import Protocol, cast
from urllib.parse import unquote

import httptools

from .errors import MAX_RESPONSE_BYTES
from .invocation import Invocation, Told

PREFIX = b"/2018-06-01/runtime/"
ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'
TOO_LARGE_TYPE = "Function.ResponseSizeTooLarge"
TOO_LARGE = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."


class Listener(Protocol):
    """Whom the environment's runtime client speaks to."""

    def on_next(self, connection: "Connection") -> None:
        """The client waits for an event on this connection."""

    def on_told(self, request_id: str, told: Told) -> bool:
        """The client posted an outcome; False where nobody waits for this one."""


class Connection(asyncio.Protocol):
    """One connection of the runtime client, which keeps it and asks one thing at a time."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, given: Invocation, deadline_ms: int) -> None:
        """Hand over an event."""
        context = f"Lambda-Runtime-Client-Context: {given.client_context}\r\n" if given.client_context else ""
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {given.request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline_ms}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {given.arn}\r\n"
            f"Lambda-Runtime-Trace-Id: {given.trace_id}\r\n{context}"
            f"Content-Length: {len(given.event)}\r\n\r\n"
        )
        self._write(head.encode("latin-1", "replace") + given.event)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's form
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._write(_refusal(400, "BadRequest", "no HTTP"))
            if self._transport:
                self._transport.close()

    def on_message_begin(self) -> None:
        self._url, self._size, self._error = b"", 0, ""
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"lambda-runtime-function-error-type":
                self._error = value.decode("latin-1")
            case b"expect":
                self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size <= MAX_RESPONSE_BYTES:
            self._body.append(body)

    def on_message_complete(self) -> None:
        parts = self._url.removeprefix(PREFIX).split(b"/")
        body = b"".join(self._body)
        match self._parser.get_method(), parts:
            case b"GET", [b"invocation", b"next"]:
                self._listener.on_next(self)
            case b"POST", [b"invocation", _, b"response"] if self._size > MAX_RESPONSE_BYTES:
                self._told(
                    parts[1], Told("error", error_document(TOO_LARGE_TYPE, TOO_LARGE), TOO_LARGE_TYPE), large=True
                )
            case b"POST", [b"invocation", _, b"response"]:
                self._told(parts[1], Told("response", body))
            case b"POST", [b"invocation", _, b"error"]:
                self._told(parts[1], Told("error", body, self._error))
            case b"POST", [b"init", b"error"]:
                self._told(b"", Told("init-error", body, self._error))
            case _:
                self._write(_refusal(404, "NotFound", "no such part of the Runtime API"))

    def _told(self, request_id: bytes, told: Told, *, large: bool = False) -> None:
        known = self._listener.on_told(unquote(request_id.decode("latin-1")), told)
        if large:
            self._write(_refusal(413, "RequestEntityTooLarge", TOO_LARGE))
        elif known:  # after the caller's answer, who waits longer for a write than the environment
            asyncio.get_running_loop().call_soon(self._write, ACCEPTED)
        else:
            self._write(_refusal(400, "InvalidRequestID", "nobody waits for this invocation"))

    def _write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)


def error_document(kind: str, message: str) -> bytes:
    """The Runtime API's form of an error, of texts without quotes.

    >>> error_document("A", "b")
    b'{"errorMessage": "b", "errorType": "A"}'
    """
    return f'{{"errorMessage": "{message}", "errorType": "{kind}"}}'.encode()


def _refusal(status: int, kind: str, message: str) -> bytes:
    body = error_document(kind, message)
    reason = {400: "Bad Request", 404: "Not Found", 413: "Request Entity Too Large"}[status]
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
