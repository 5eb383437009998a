"""The server of several processes: what it answers, what it says, how it stops."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from app.workers import DRAIN_S, cpus, share
from tests.app.serving import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.app.serving import Running

WORKERS = ("{python}", "-m", "app.workers")
BODY = json.dumps({"text": TEXT}).encode()
REQUEST = b"POST /predict HTTP/1.1\r\nHost: undertone\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


def exchange(connection: socket.socket) -> bytes:
    """One request on an open connection, and its answer whole."""
    connection.sendall(REQUEST)
    found = b""
    while not found.endswith(b"}"):
        block = connection.recv(65_536)
        assert block, found
        found += block
    return found


def test_it_answers_as_the_server_of_one_process(start: Callable[..., Running], serve: Callable[..., Running]):
    """The same request gives the same bytes, whichever server is asked."""
    many, one = start(*WORKERS, UNDERTONE_WORKERS="2"), serve()
    many.wait_until_alive()
    assert many.post("/predict", BODY).content == one.post("/predict", BODY).content


def test_figures_add_up(start: Callable[..., Running]):
    """Whichever worker is asked gives the figures of both."""
    server = start(*WORKERS, UNDERTONE_WORKERS="2")
    server.wait_until_alive()
    for _ in range(30):
        server.post("/predict", BODY)
    pages = [server.get("/metrics").text for _ in range(6)]
    counts = [re.findall(r"^undertone_predictions_total.* ([0-9.]+)$", text, re.MULTILINE) for text in pages]
    assert [sum(map(float, found)) for found in counts] == [30.0] * 6


def test_after_sigterm_an_open_connection_is_answered_and_closed(start: Callable[..., Running]):
    """A client that has a connection open gets one more answer, which tells it to go; then all ends with 0."""
    server = start(*WORKERS, UNDERTONE_WORKERS="1")
    server.wait_until_alive()
    with server.connect() as connection:
        assert b"connection: close" not in exchange(connection).lower()
        server.send_signal(signal.SIGTERM)
        time.sleep(DRAIN_S / 4)  # for the signal to reach the worker
        assert b"connection: close" in exchange(connection).lower()
        assert connection.recv(1) == b""
    assert server.exit_code() == 0


def test_a_worker_that_dies_is_replaced(start: Callable[..., Running]):
    """The service goes on when one of its processes is killed, and another takes its place."""
    server = start(*WORKERS, UNDERTONE_WORKERS="1")
    server.wait_until_alive()
    place = f"/proc/{server.process.pid}/task/{server.process.pid}/children"
    with open(place, encoding="ascii") as file:
        workers = [int(pid) for pid in file.read().split()]
    os.kill(workers[-1], signal.SIGKILL)
    server.wait_until_alive()
    assert server.post("/predict", BODY).status_code == 200


def test_standard_output_holds_json_lines_alone(start: Callable[..., Running]):
    """What granian says goes to standard error, with the greeting and the warning first."""
    server = start(*WORKERS, UNDERTONE_WORKERS="1", HOST="0.0.0.0")
    server.wait_until_alive()
    server.stop()
    assert {line["event"] for line in server.logged()} == {"request"}
    warning, greeting = server.err.splitlines()[:2]
    assert "warning: listening on 0.0.0.0 without API keys" in warning
    assert greeting.startswith("Undertone answers at http://0.0.0.0:")


@pytest.mark.parametrize(("variables", "code"), [({"UNDERTONE_WORKERS": "many"}, 2), ({"HOST": "no-address"}, 1)])
def test_a_wrong_setting_is_told_in_one_line(start: Callable[..., Running], variables: dict[str, str], code: int):
    """The start ends with a line that names what is wrong, and no traceback."""
    server = start(*WORKERS, **variables)
    assert server.exit_code() == code
    last = server.err.splitlines()[-1]
    assert last.startswith("undertone: ")
    assert "Traceback" not in server.err


def test_a_port_that_is_taken_is_told(start: Callable[..., Running]):
    """Another's port: exit code 1 and one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = start(*WORKERS, PORT=str(taken.getsockname()[1]))
        assert server.exit_code() == 1
    assert server.err.splitlines()[-1].startswith("undertone: cannot listen on 127.0.0.1 at ")


@pytest.mark.parametrize(
    ("cpu_max", "expected"), [("100000 100000", 1), ("150000 100000", 2), ("10000 100000", 1), ("400000 100000", 4)]
)
def test_a_share_of_time_counts_as_cpus(cpu_max: str, expected: int):
    """Half a CPU more is a process more, and there is always one."""
    assert share(cpu_max) == expected


def test_no_limit_is_no_share():
    """`max` says nothing of a number."""
    with pytest.raises(ValueError, match="max"):
        share("max 100000")


def test_there_is_a_cpu():
    """At least one process runs."""
    assert cpus() >= 1
