"""FastAPI's side of the function: pages, docs, health and metadata, through Mangum.

Made when such a path is first asked for: importing FastAPI and Mangum takes five times as long as all else.
Every source's request is handed over in one form, payload format 2.0, so that Mangum needs to know one.
Left out: the paths of the core, which never come here.
"""

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

from mangum import Mangum

from .api import build_api
from .doors.request import HttpRequest
from .predict import Core
from .problems import Reply


def build_pages(core: Core) -> Callable[[HttpRequest], Reply]:
    """A function from a request to FastAPI's answer; a fault of FastAPI's raises."""
    api, _ = build_api(core, None)
    logging.getLogger("mangum.http").disabled = True  # it would log paths, and faults with their messages
    request = HttpRequest("", "", "", "", {}, b"")
    faults: list[Exception] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        """FastAPI below the prefix, so that its docs link to where they are, with path and headers as they came."""
        headers = [(name, value) for name, value in request.headers.items() if name != b"range"]
        whole = {**scope, "root_path": request.prefix, "path": request.prefix + request.path, "headers": headers}
        try:
            await api(whole, receive, send)
        except Exception as error:
            faults.append(error)  # Mangum makes a plain answer of it
            raise

    def answer(asked: HttpRequest) -> Reply:
        nonlocal request
        request = asked
        faults.clear()
        asyncio.set_event_loop(_loop())  # Mangum asks for the thread's own
        response = adapter(_event(asked), None)  # type: ignore[arg-type]  # the context goes unused
        if faults:
            raise faults[0]
        return _reply(response)

    asyncio.set_event_loop(_loop())
    adapter = Mangum(inner, lifespan="off")
    return answer


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for the life of the process."""
    return asyncio.new_event_loop()


def _event(request: HttpRequest) -> dict[str, Any]:
    """What Mangum needs to know; it reads a port in some headers, which `inner` passes on as they came."""
    method = "GET" if request.method == "HEAD" else request.method
    return {
        "version": "2.0",
        "rawQueryString": request.query,
        "headers": {},
        "requestContext": {"http": {"method": method, "path": "/", "sourceIp": ""}},
        "body": b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


def _reply(response: dict[str, Any]) -> Reply:
    text = response["body"]
    headers = dict(response.get("headers", {}))
    headers.pop("content-length", None)
    return Reply(
        response["statusCode"],
        headers.pop("content-type", "application/octet-stream"),
        b64decode(text) if response["isBase64Encoded"] else text.encode(),
        (*headers.items(), *(("set-cookie", cookie) for cookie in response.get("cookies", ()))),
    )
