"""HTTP as the doors see it: a request read whole, a response, and the headers that tell what Lambda did.

Left out: sockets, which uvicorn serves; what the paths mean (`front`).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from .errors import MAX_REQUEST_BYTES
from .invocation import Answer

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Request(NamedTuple):
    """`body` holds nothing of a request that is too large, whose `size` says so; header names are in small letters."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    size: int
    client: str


class Response(NamedTuple):
    status: int
    headers: Headers
    body: bytes


async def read(scope: Scope, receive: Receive) -> Request | None:
    """The request with its body, None where the client left before its end."""
    size, chunks = 0, []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_REQUEST_BYTES:
            chunks.append(chunk)
        else:
            chunks.clear()
        if not message.get("more_body"):
            break
    client = scope.get("client")
    return Request(
        scope["method"],
        scope["path"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        _headers(scope),
        b"".join(chunks),
        size,
        client[0] if client else "127.0.0.1",
    )


def _headers(scope: Scope) -> dict[str, str]:
    """Those of one name joined, as Lambda does."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ","
        found[name] = f"{found[name]}{separator}{value}" if name in found else value
    return found


async def send(response: Response, send_message: Send) -> None:
    headers = list(response.headers)
    has_body = response.status not in (204, 304)
    if has_body:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send_message({"type": "http.response.start", "status": response.status, "headers": headers})
    await send_message({"type": "http.response.body", "body": response.body if has_body else b""})


def told_headers(answer: Answer) -> Headers:
    """What only this Lambda tells: cold or warm, where, how long, and the type of a fault."""
    headers = [
        (b"x-local-lambda-init", b"cold" if answer.cold else b"warm"),
        (b"x-local-lambda-environment", str(answer.environment).encode()),
        (b"x-local-lambda-duration-ms", f"{answer.duration_ms:.3f}".encode()),
    ]
    if answer.init_ms:
        headers.append((b"x-local-lambda-init-ms", f"{answer.init_ms:.3f}".encode()))
    if answer.error:
        headers.append((b"x-local-lambda-error", answer.error.encode("latin-1", "replace")))
    return headers
