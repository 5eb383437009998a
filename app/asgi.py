"""The ASGI door that uvicorn and granian serve: the hot paths by the core, all others by FastAPI.

    uvicorn --factory app.asgi:build

Left out: starting a server (`server`), events of Lambda.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .deadlines import Deadline
from .forms import dressed
from .front import Front, Visit, body_timeout, body_too_large, new_request_id
from .log import Log
from .predict import Core, open_core
from .problems import Headers, Reply
from .settings import Settings, from_environment

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class _Gone(Exception):
    """The client left before its body was whole; nobody waits for an answer."""


class Door:
    """One process's ASGI application."""

    def __init__(self, core: Core, front: Front, api: Asgi) -> None:
        self.core = core
        self._front = front
        self._api = api
        self._settings = core.settings
        self._deadline = Deadline(core.settings.body_timeout_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await _lifespan(receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    def refused(self, reply: Reply) -> Headers:
        """What the server adds to its own answer to something that never became a request."""
        return self._front.leave(self._front.enter("", "", {}), reply)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if len(path) > 1 and path[-1] == "/":
            path = path.rstrip("/") or "/"
        method = scope["method"]
        headers = dict(scope["headers"])
        visit = self._front.enter(method, path, headers)
        answer = self.core.route(path, headers) if method == "POST" else None
        try:
            if visit.refusal:
                reply = visit.refusal
            elif answer:
                reply = await self._by_core(answer, visit, receive)
            else:
                await self._by_api(_inner(scope, path), visit, receive, send)
                return
        except _Gone:
            self._front.gone(visit)
            return
        await self._send(visit, reply, send)

    async def _by_core(self, answer: Callable[[bytes], Reply], visit: Visit, receive: Receive) -> Reply:
        body = await self._body(receive)
        if isinstance(body, Reply):
            return body
        try:
            return answer(body)
        except Exception as error:  # noqa: BLE001  # the last resort of a request: whatever it is, it is ours
            return self._front.fault(visit, error)

    async def _by_api(self, scope: Scope, visit: Visit, receive: Receive, send: Send) -> None:
        """FastAPI's answer, gathered whole and dressed as every other; its pages are small."""
        body = await self._body(receive)
        if isinstance(body, Reply):
            await self._send(visit, body, send)
            return
        gathered = _Gathered(body)
        try:
            await self._api(scope, gathered.receive, gathered.send)
            reply = gathered.reply()
        except Exception as error:  # noqa: BLE001  # as above
            reply = self._front.fault(visit, error)
        await self._send(visit, reply, send)

    async def _body(self, receive: Receive) -> bytes | Reply:
        """The whole body, or the refusal of one that is too large or too slow."""
        try:
            with self._deadline:
                size, chunks = 0, list[bytes]()
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise _Gone
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > self._settings.max_body_bytes:
                        return body_too_large(self._settings)
                    if not message.get("more_body", False):
                        return b"".join((*chunks, chunk)) if chunks else chunk
                    chunks.append(chunk)
        except TimeoutError:
            return body_timeout(self._settings)

    async def _send(self, visit: Visit, reply: Reply, send: Send) -> None:
        if visit.form:
            reply = dressed(visit.form, visit.path, reply, visit.request_id)
        extra = self._front.leave(visit, reply)
        headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in (*reply.headers, *extra)]
        if reply.status not in (204, 304):
            headers += [(b"content-type", reply.content_type.encode()), (b"content-length", b"%d" % len(reply.body))]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})


def _inner(scope: Scope, path: str) -> Scope:
    """The request as FastAPI sees it: HEAD is a GET whose body the server drops; files are sent whole."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
    return {**scope, "path": path, "method": method, "headers": headers, "extensions": {}}


class _Gathered:
    """One ASGI exchange with the body already read and the answer kept."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._start: Message = {}
        self._chunks: list[bytes] = []

    async def receive(self) -> Message:
        if self._body is None:
            await asyncio.get_running_loop().create_future()  # the client is there until it is answered
        body, self._body = self._body or b"", None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._chunks.append(message.get("body", b""))

    def reply(self) -> Reply:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in self._start["headers"]}
        headers.pop("content-length", None)
        content_type = headers.pop("content-type", "application/octet-stream")
        return Reply(self._start["status"], content_type, b"".join(self._chunks), tuple(headers.items()))


async def _lifespan(receive: Receive, send: Send) -> None:
    """Nothing is opened or closed with the server: the model belongs to the process."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def build(settings: Settings | None = None, log: Log | None = None) -> Door:
    """The application of one process: the model is loaded here, once."""
    from .api import build_api
    from .comprehend import CBOR_PATHS
    from .metrics import Metrics

    settings = settings or from_environment(os.environ)
    log = log or Log()
    core = open_core(settings, log)
    core.predict_batch(b'{"texts":[""]}')  # a server imports NumPy now rather than during a request
    metrics = Metrics(os.environ.get("PROMETHEUS_MULTIPROC_DIR"), core.model)
    api, paths = build_api(core, metrics.render)
    front = Front(settings, paths | CBOR_PATHS, log, (metrics,), new_request_id)
    gc.freeze()  # what is loaded now stays: no collection during a request looks through it again
    return Door(core, front, api)
