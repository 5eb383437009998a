"""A server that answers as Lambda does, by a script: throttles, faults, timeouts, cold starts; and counts them."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "cold": (200, {"X-Local-Lambda-Init": "cold", "X-Local-Lambda-Duration-Ms": "2.5"}, {"label": "neutral"}),
    "warm": (200, {"X-Local-Lambda-Init": "warm", "X-Local-Lambda-Duration-Ms": "1.5"}, {"label": "neutral"}),
    "slow": (200, {}, {"label": "neutral"}),
    "throttled": (
        429,
        {"X-Amzn-ErrorType": "TooManyRequestsException"},
        {"Reason": "FunctionInvocationRateLimitExceeded", "Type": "User", "message": "Rate"},
    ),
    "fault": (502, {"X-Amz-Function-Error": "Unhandled"}, {"errorType": "ServiceFault", "errorMessage": "it failed"}),
    "timeout": (200, {"X-Amz-Function-Error": "Unhandled"}, {"errorMessage": "Task timed out after 3.00 seconds"}),
    "oversize": (413, {}, {"message": "too large"}),
    "rejected": (401, {}, {"title": "No key"}),
}

SLOW_S = 1.3


class Server:
    """Its address, how often each answer was given, and the bodies that came."""

    def __init__(self, port: int, script: Iterator[str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.script, self.lock = script, threading.Lock()
        self.counts: Counter[str] = Counter()
        self.paths: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        self.keys: set[str | None] = set()


@contextmanager
def serving(script: list[str]) -> Iterator[Server]:
    """A server that goes through `script` again and again."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler())
    http.daemon_threads = True
    http.server = Server(http.server_address[1], itertools.cycle(script))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield http.server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def _handler() -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            told: Server = self.server.server
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with told.lock:
                which = next(told.script)
                told.counts[which] += 1
                told.paths[self.path] += 1
                told.bodies.append(body)
                told.keys.add(self.headers["X-API-Key"])
            if which == "slow":
                time.sleep(SLOW_S)
            status, headers, document = ANSWERS[which]
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, TimeoutError):
                return

    return Handler
