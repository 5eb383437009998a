"""One endpoint in front of moto, as AWS_ENDPOINT_URL: jobs of Batch are the engine's, all else is moto's.

Some calls are throttled on their way, as AWS does with many callers. Left out: jobs (`engine`), starting moto (`moto`).
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from .engine import Engine

UNREACHABLE = "UNREACHABLE"
"""The access key of an attempt to which S3 does not answer."""
_SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
_TOO_MANY = json.dumps({"message": "Too Many Requests"}).encode()
THROTTLED: dict[str, int] = {"/v1/submitjob": 1, "/v1/describejobs": 2, "s3": 3}
"""How many of the first calls are refused."""
_NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "host", "date", "server"}


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Front:
    """Answers requests; `refused` counts the throttled ones."""

    def __init__(self, moto: tuple[str, int]) -> None:
        self._moto = moto
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.engine: Engine | None = None

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Answer:
        """What AWS would say."""
        kind = "s3" if "/s3/aws4_request" in headers.get("Authorization", "") else path.partition("?")[0]
        if kind == "s3" and UNREACHABLE in headers["Authorization"]:
            return _Answer(503, {"Content-Type": "application/xml"}, _SLOW_DOWN)
        if self.engine and self._throttles(kind):
            if kind == "s3":
                return _Answer(503, {"Content-Type": "application/xml"}, _SLOW_DOWN)
            return _Answer(429, {"x-amzn-ErrorType": "TooManyRequestsException"}, _TOO_MANY)
        if self.engine and (act := self._acts(self.engine).get(kind)):
            return _Answer(200, {"Content-Type": "application/json"}, json.dumps(act(json.loads(body))).encode())
        return self._pass_on(method, path, headers, body)

    def _throttles(self, kind: str) -> bool:
        with self._lock:
            self._seen[kind] += 1
            refused = self._seen[kind] <= THROTTLED.get(kind, 0)
            self.refused[kind] += refused
            return refused

    def _acts(self, engine: Engine) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "/v1/submitjob": lambda asked: {"jobName": asked["jobName"], "jobId": engine.submit(asked)},
            "/v1/describejobs": lambda asked: {"jobs": engine.describe(asked["jobs"])},
            "/v1/terminatejob": lambda asked: engine.terminate(asked["jobId"], asked["reason"]),
        }

    def _pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Answer:
        connection = HTTPConnection(*self._moto, timeout=60)
        try:
            connection.request(method, path, body, headers)
            found = connection.getresponse()
            return _Answer(found.status, dict(found.getheaders()), found.read())
        finally:
            connection.close()


@contextmanager
def serving(front: Front) -> Iterator[str]:
    """The endpoint's URL, on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(front))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = front.answer(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(found.status)
            for name, value in found.headers.items():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            length = found.headers.get("Content-Length", "0") if self.command == "HEAD" else len(found.body)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(found.body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Nothing."""

    return Handler
