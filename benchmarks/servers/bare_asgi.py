"""A constant answer from bare ASGI: the floor of the HTTP server itself.

    uvicorn benchmarks.servers.bare_asgi:app

The body is read, not parsed. Left out: validation, routing, errors.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
_BODY = (
    b'{"label":"neutral","score":0.5,"scores":{"negative":0.25,"neutral":0.5,"positive":0.25},"model":"none-0",'
    b'"reliable":false,"target":0.9,"coverage":0.5,"known":1.0,"warnings":[]}'
)
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))],
}


async def app(
    _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    while (await receive()).get("more_body", False):
        pass
    await send(_START)
    await send({"type": "http.response.body", "body": _BODY})
