"""Lambda's Runtime API on a loopback port, and the real runtime client as a process that speaks to it.

    environment = Environment(tmp_path, UNDERTONE_ARTIFACTS=...)
    environment.invoke({"text": "Sales fell"})      an Answer: a result, or an error
    environment.close()

API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
Left out: concurrency and its limits; one environment takes one event at a time.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

HOUSE = Path(__file__).parents[2]
HANG_S = 30.0
HANDLER = "app.lambda_handler.handler"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:undertone"


class Answer(NamedTuple):
    """What came back for one invocation: `kind` is response, error or init-error."""

    kind: str
    request_id: str
    body: bytes
    headers: dict[str, str]

    @property
    def result(self) -> Any:
        return json.loads(self.body)


class Invocation(NamedTuple):
    """One event on its way to the function."""

    request_id: str
    body: bytes
    timeout_s: float
    trace_id: str


class RuntimeApi:
    """The server's side: hands out invocations and keeps what is posted."""

    def __init__(self) -> None:
        self.invocations: queue.Queue[Invocation] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.ready = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.invocations.put(Invocation("", b"", 0, ""))  # whoever waits for one
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # a head and a body are two small writes

        def do_GET(self) -> None:  # /2018-06-01/runtime/invocation/next
            api.ready.set()
            given = api.invocations.get()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", given.request_id)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + given.timeout_s) * 1000)))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
            self.send_header("Lambda-Runtime-Trace-Id", given.trace_id)
            self._body(given.body)

        def do_POST(self) -> None:  # .../invocation/{id}/response, .../invocation/{id}/error, .../init/error
            body = self._read()
            *_, which, last = self.path.split("/")
            kind = "init-error" if which == "init" else last
            request_id = "" if which == "init" else which
            api.answers.put(Answer(kind, request_id, body, dict(self.headers)))
            self.send_response(202)
            self._body(b'{"status":"OK"}')

        def _read(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _body(self, body: bytes) -> None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, TimeoutError):  # the process was ended while it waited
                return

    return Handler


class Environment:
    """One execution environment: a process with the real runtime client, and the API that it asks."""

    def __init__(self, folder: Path, handler: str = HANDLER, **variables: str) -> None:
        self.api = RuntimeApi()
        self._out, self._err = folder / "runtime-out", folder / "runtime-err"
        self._count = 0
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("UNDERTONE_", "AWS_"))}
        given = {
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "undertone",
            "AWS_LAMBDA_FUNCTION_VERSION": "7",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/undertone",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "LAMBDA_TASK_ROOT": str(HOUSE),
            "PYTHONPATH": str(HOUSE),
        }
        command = [sys.executable, "-m", "awslambdaric", handler]
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command, cwd=HOUSE, env=kept | given | variables, stdout=out, stderr=err, stdin=subprocess.DEVNULL
            )

    def close(self) -> None:
        self.end()
        self.api.close()

    def wait_until_ready(self) -> None:
        """Until the function is loaded and asks for its first event."""
        if not self.api.ready.wait(HANG_S):
            raise AssertionError(f"not ready; it wrote {self.err!r}")

    def invoke(self, event: object, *, timeout_s: float = 30.0, trace_id: str = "Root=1-5e6722a7-cc56") -> Answer:
        """One event through the function."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        self._count += 1
        request_id = f"00000000-0000-4000-8000-{self._count:012d}"
        self.api.invocations.put(Invocation(request_id, body, timeout_s, trace_id))
        answer = self.answer()
        if answer.request_id != request_id:
            raise AssertionError(f"an answer to {answer.request_id!r} instead of {request_id!r}")
        return answer

    def answer(self) -> Answer:
        try:
            return self.api.answers.get(timeout=HANG_S)
        except queue.Empty:
            raise AssertionError(f"no answer; it wrote {self.err!r}") from None

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit code; what does not end by itself is killed."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.exit_code()

    def exit_code(self) -> int:
        try:
            return self.process.wait(HANG_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    @property
    def out(self) -> bytes:
        return self._out.read_bytes()

    @property
    def err(self) -> str:
        return self._err.read_text(errors="replace")

    def lines(self) -> list[dict[str, Any]]:
        """The lines of telemetry, and all others that are JSON."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith(b"{")]
