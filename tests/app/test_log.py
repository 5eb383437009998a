"""The log: JSON, a line a request, and no text of anybody."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING

from app.log import Log
from tests.app.serving import HOUSE, Running, body_of, clean_environment, explode, free_port, message, python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARKER = "zqxjkvbwmarker"
FIELDS = ["time", "level", "event", "request_id", "method", "path", "status", "duration_ms", "bytes_out"]
_FAULTY = """
import os, sys
from app import asgi, server
from app.settings import from_environment
from tests.app.serving import explode
settings = from_environment(os.environ)
door = asgi.build(settings)
for path in door.core.routes:
    door.core.routes[path] = explode
server.Server(server._config(door, settings), settings).run()
"""


def _ask_for_everything(server: Running) -> int:
    """Requests that carry the marker wherever a request can; how many they are."""
    quoted = json.dumps(MARKER)
    bodies = [
        ("/predict", body_of(MARKER)),
        ("/predict/batch", f'{{"texts":[{quoted},{{{quoted}:{quoted}}},1]}}'.encode()),
        ("/process_text", f'{{"payload":{quoted}}}'.encode()),
        ("/predict", f"{{{quoted}".encode()),
        ("/predict", f'{{"text":{{{quoted}:1}}}}'.encode()),
        ("/predict", MARKER.encode() + b"\xff"),
        ("/predict", body_of(MARKER * 9_000)),
        ("/predict", b"x" * 1_100_000 + MARKER.encode()),
        (f"/{MARKER}", b""),
        (f"/predict?{MARKER}={MARKER}", body_of(MARKER)),
    ]
    headers = {"X-Marker": MARKER, "User-Agent": MARKER, "Authorization": MARKER, "Referer": MARKER, "Origin": MARKER}
    for path, body in bodies:
        server.post(path, body, headers=headers)
    server.get("/page/" + MARKER)
    server.request(MARKER.upper()[:9], "/livez")
    server.post("/predict", body_of(MARKER), headers={"X-Request-Id": MARKER + " a"})
    server.ask(message("GET", f"/{MARKER}", b"", "X: " + MARKER * 9000))
    server.ask(f"{MARKER}\r\n\r\n".encode())
    server.ask(message("GET", "/livez", b"", "Connection: Upgrade", "Upgrade: " + MARKER, "Connection: close"))
    server.ask(f"GET http://[{MARKER} HTTP/1.1\r\n\r\n".encode())
    with server.connect() as connection:
        connection.sendall(message("POST", "/predict", b"x" * 99)[:-50] + MARKER.encode())
    return len(bodies) + 8


def test_the_log_holds_no_text(serve: Callable[..., Running]) -> None:
    """What clients send, in whatever place, is on neither output, and every answer has its line."""
    server = serve()
    before = len(server.logged())
    asked = _ask_for_everything(server)
    server.stop()
    assert len(server.logged()) == before + asked
    assert MARKER.encode() not in server.out.lower()
    assert MARKER not in server.err.lower()


def test_every_line_is_json_with_its_fields(serve: Callable[..., Running]) -> None:
    """Each line is one object, time and level first, and holds what a request's line always holds."""
    server = serve()
    _ask_for_everything(server)
    server.stop()
    for line in server.logged():
        assert datetime.fromisoformat(line["time"]).tzinfo is not None
        assert line["level"] in ("info", "error")
        answered = ["model", "answers"] if "answers" in line else []
        assert line["event"] != "request" or list(line) == FIELDS + answered
    assert server.err.count("\n") == 1  # where it answers


def test_a_fault_is_logged_without_the_text_that_caused_it(start: Callable[..., Running]) -> None:
    """Even an error that holds the text in its message is logged by type and place alone."""
    server = start(*python("-c", _FAULTY))
    server.wait_until_alive()
    statuses = [server.post(path, body_of(MARKER)).status_code for path in ("/predict", "/predict/batch")]
    server.stop()
    faults = [line for line in server.logged() if line["event"] == "fault"]
    assert statuses == [500, 500]
    assert [(line["level"], line["error"]) for line in faults] == [("error", "ValueError")] * 2
    assert MARKER.encode() not in server.out
    assert MARKER not in server.err


def test_a_reader_that_has_gone_stops_nothing(shipped: Path) -> None:
    """When whoever reads the log is gone, requests are answered all the same."""
    port = free_port()
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(shipped), PORT=str(port))
    process = subprocess.Popen(
        python("-m", "app"), cwd=HOUSE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout
        process.stdout.close()
        server = Running.__new__(Running)
        server.port, server.url, server.process = port, f"http://127.0.0.1:{port}", process
        server.wait_until_alive()
        assert server.post("/predict", body_of("a")).status_code == 200
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_a_log_of_a_fault_names_its_places_innermost_last() -> None:
    """Eight places at most, each with file, line and function, and never the message."""
    lines: list[bytes] = []

    def fall(depth: int) -> None:
        if depth:
            fall(depth - 1)
        explode(MARKER.encode())

    try:
        fall(20)
    except ValueError as error:
        Log(lines.append).fault(error, request_id="a")
    (found,) = [json.loads(line) for line in lines]
    assert len(found["places"]) == 8
    assert found["places"][-1].endswith(" explode")
    assert MARKER not in str(found)
