"""One endpoint in front of moto: jobs are `batch`'s, a build pushes its image, faults happen where they are asked for.

Left out: starting moto (`moto`), what a job does (`batch`).
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from .batch import Batch

_NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "host", "date", "server"}


class Answer(NamedTuple):
    """An answer of HTTP; a status of 0 is none at all: the connection breaks off."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


Befall = Callable[[str, int], Answer | None]
"""Of an operation's name, as "codebuild.StartBuild", and how many times it was asked for: a fault, or None."""


class Front:
    """Answers requests; `befall` may be set at any time, `asked` counts operations."""

    def __init__(self, moto: tuple[str, int]) -> None:
        self._moto, self._lock = moto, threading.Lock()
        self.asked: Counter[str] = Counter()
        self.befall: Befall = lambda _operation, _count: None
        self.batch: Batch | None = None
        self.built: Callable[[Mapping[str, Any]], None] | None = None

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What AWS would say."""
        name = operation(method, path, headers, body)
        with self._lock:
            self.asked[name] += 1
            count = self.asked[name]
        if fault := self.befall(name, count):
            return fault
        if self.batch and (act := _acts(self.batch).get(name)):
            return Answer(200, json.dumps(act(json.loads(body))).encode(), {"Content-Type": "application/json"})
        found = self._pass_on(method, path, headers, body)
        if name == "codebuild.StartBuild" and found.status == 200 and self.built:
            self.built(json.loads(body))
        return found

    def _pass_on(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = HTTPConnection(*self._moto, timeout=60)
        try:
            connection.request(method, path, body, dict(headers))
            found = connection.getresponse()
            return Answer(found.status, found.read(), dict(found.getheaders()))
        finally:
            connection.close()


def _acts(batch: Batch) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    return {
        "batch.SubmitJob": batch.submit,
        "batch.DescribeJobs": batch.describe,
        "batch.ListJobs": batch.list,
        "batch.TerminateJob": batch.terminate,
    }


_BATCH = {
    "submitjob": "SubmitJob",
    "describejobs": "DescribeJobs",
    "listjobs": "ListJobs",
    "terminatejob": "TerminateJob",
}


def operation(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """What is asked for, as "service.Operation"; of REST services that have no name in the request "s3.PUT".

    >>> operation("POST", "/", {"X-Amz-Target": "CodeBuild_20161006.StartBuild"}, b"")
    'codebuild.StartBuild'
    """
    known = {name.lower(): value for name, value in headers.items()}
    if target := known.get("x-amz-target"):
        service, _, name = target.partition(".")
        return f"{_service(known) or service.partition('_')[0].lower()}.{name}"
    if body.startswith(b"Action=") or b"&Action=" in body:
        return f"{_service(known)}.{parse_qs(body.decode())['Action'][0]}"
    last = path.partition("?")[0].rpartition("/")[2]
    if _service(known) == "batch":
        return f"batch.{_BATCH.get(last, last)}"
    return f"{_service(known)}.{method}"


def _service(headers: Mapping[str, str]) -> str:
    """From the signature's scope: key/date/region/service/aws4_request."""
    scope = headers.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) > 3 else ""


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
            if self.headers.get("Expect") == "100-continue":
                pass  # http.server has answered it
            found = front.answer(self.command, self.path, dict(self.headers.items()), _body(self))
            if not found.status:
                self.close_connection = True
                return
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


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    """With a length, or in chunks as botocore sends what it signs on the way."""
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    found = b""
    while size := int(handler.rfile.readline().partition(b";")[0], 16):
        found += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return found
