"""A function URL in this process: HTTP requests become events of payload 2.0 for the handler, as on Lambda.

Left out: Lambda's limits and its authorization; the handler is called as it stands.
"""

from __future__ import annotations

from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from app.direct import ServiceFault
from tests.app.doors.parts import request

if TYPE_CHECKING:
    from tests.app.doors.parts import Function


class FunctionUrl:
    """An address that answers as the function does; a failed invocation is a 502, as AWS tells it."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.statuses: list[int] = []
        url = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url.exchange(self)

            do_POST = do_GET  # noqa: N815  # as above

            def log_message(self, *_: Any) -> None:
                """Nothing: pytest's output is not an access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def exchange(self, asked: BaseHTTPRequestHandler) -> None:
        length = int(asked.headers.get("Content-Length", "0"))
        path = asked.path.partition("?")[0]
        event = request("function-url", asked.command, path, asked.rfile.read(length), base64=True)
        event["headers"] = {name.lower(): value for name, value in asked.headers.items()}
        try:
            answer = self.function(event)
        except ServiceFault:
            answer = {"statusCode": 502, "headers": {}, "body": "Internal Server Error", "isBase64Encoded": False}
        body = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
        self.statuses.append(answer["statusCode"])
        asked.send_response(answer["statusCode"])
        for name, value in {**answer["headers"], "content-length": str(len(body))}.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(body)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
