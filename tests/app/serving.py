"""Two seams of the service for the tests: the ASGI door in this process, and a server of its own.

Left out: what is asserted.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from app import asgi
from app.log import Log
from app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HOUSE = Path(asgi.__file__).parent.parent
HANG_S = 30.0
TEXT = "Operating profit rose to EUR 13.1 mn"


class Inside:
    """The ASGI door in this process; `lines` are what it logged."""

    def __init__(self, door: Callable[..., Awaitable[None]] | None = None, **settings: Any) -> None:
        self.lines: list[bytes] = []
        self.door = door or asgi.build(Settings(**settings), Log(self.lines.append))

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.door)
            async with httpx.AsyncClient(transport=transport, base_url="http://undertone") as client:
                return await client.request(method, path, **more)

        return asyncio.run(once())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, content: Any = None, **more: Any) -> httpx.Response:
        return self.request("POST", path, content=content, **more)

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


class Running:
    """A server process; stop it with `stop`, which also tells what it wrote."""

    def __init__(self, folder: Path, command: list[str], environment: dict[str, str], port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._out, self._err = folder / f"out-{port}", folder / f"err-{port}"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=out, stderr=err)

    def wait_until_alive(self) -> None:
        """Until /livez answers; the process has to be there still."""
        end = time.monotonic() + HANG_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.get("/livez").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"no answer at {self.url}; it wrote {self.err!r}")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, timeout=HANG_S, trust_env=False, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, content: Any = None, **more: Any) -> httpx.Response:
        return self.request("POST", path, content=content, **more)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), HANG_S)

    def ask(self, raw: bytes) -> bytes:
        """Everything that is answered to these bytes until the server closes."""
        with self.connect() as connection:
            connection.sendall(raw)
            return rest_of(connection)

    def send_signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit code; a process that hangs is killed, which is one too."""
        if self.process.poll() is None:
            self.send_signal(number)
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
        return self._err.read_text()

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    found = b""
    try:
        while block := connection.recv(65_536):
            found += block
    except ConnectionResetError:
        pass
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**variables: str) -> dict[str, str]:
    """This process's environment without any setting of the service, and the given ones."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("UNDERTONE_", "PROMETHEUS_")) and n != "HOST"}
    return kept | {"PYTHONWARNINGS": "error"} | variables


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def modules_after(shipped: Path, *events: object) -> tuple[set[str], list[Any]]:
    """The modules, by full name, of a fresh process after the function answered these events, and what it answered."""
    code = (
        "import json, os, sys\n"
        "from app.lambda_handler import handler\n"
        "results = [handler(event, None) for event in json.loads(sys.argv[1])]\n"
        "os.write(2, json.dumps([sorted(sys.modules), results]).encode())"
    )
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(shipped))
    line = python("-c", code, json.dumps(events))
    done = subprocess.run(line, cwd=HOUSE, env=environment, check=True, capture_output=True)
    modules, results = json.loads(done.stderr)
    return set(modules), results


def message(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: undertone", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def body_of(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def parsed(raw: bytes) -> httpx.Response:
    """The bytes of one answer as an answer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(first.split(" ")[1]), headers=pairs, content=body)  # type: ignore[arg-type]


def explode(body: bytes) -> Any:
    """A fault of the core whose message holds what was sent."""
    raise ValueError(body.decode())
