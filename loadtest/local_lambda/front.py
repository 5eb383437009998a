"""The ASGI application: each path to its door, each refusal in Lambda's form.

    /2015-03-31/...    the Invoke API
    /_local/...        control
    everything else    the function's URL

Left out: sockets and processes (`server`).
"""

from urllib.parse import unquote

from . import control, function_url, invoke_api
from .errors import ServiceError, UnknownOperation
from .events import Events
from .function import Function
from .http import Receive, Request, Response, Scope, Send, read, send


class Front:
    """Both interfaces of one function."""

    def __init__(self, function: Function, events: Events) -> None:
        self._function = function
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        request = await read(scope, receive)
        if request is None:
            return
        try:
            response = await self._answer(request)
        except ServiceError as error:
            headers = [(b"content-type", b"application/json"), *error.headers]
            response = Response(error.status, headers, error.document)
        await send(response, send_message)

    async def _answer(self, request: Request) -> Response:
        path = request.raw_path.partition("?")[0]
        if path.startswith(control.PREFIX):
            return await control.answer(self._function, self._events, request)
        if not path.startswith("/2015-03-31/"):
            return await function_url.answer(self._function, request)
        found = invoke_api.PATH.fullmatch(path)
        if found is None or request.method != "POST":
            raise UnknownOperation(f"no {request.method} {path} here; of Lambda's API there is Invoke alone")
        return await invoke_api.answer(self._function, self._events, request, unquote(found[1]))
