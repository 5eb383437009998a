"""Locust by hand: its web page, and a master with a worker of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtest import rows
from tests.loadtest.standin import Server, serving

ROOT = Path(__file__).parents[2]
HANG_S = 60.0


@contextmanager
def locust(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "locust", "-f", "loadtest/locustfile.py", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"}, stdout=subprocess.DEVNULL, stderr=-1
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=HANG_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + HANG_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def page(port: int, path: str, form: dict[str, str] | None = None) -> bytes:
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body, timeout=10) as answer:
        return answer.read()


def answers(port: int) -> bool:
    try:
        return bool(page(port, "/"))
    except OSError:
        return False


def of_all(port: int) -> dict[str, object]:
    stats = json.loads(page(port, "/stats/requests"))
    return {"state": stats["state"], **{entry["name"]: entry["num_requests"] for entry in stats["stats"]}}


def test_the_page_starts_a_test_with_what_is_filled_in():
    """Twice, with another number each time; cold answers have a line of their own."""
    port = free_port()
    with (
        serving(["cold", "warm"]) as server,
        locust("--web-host", "127.0.0.1", "--web-port", str(port), "--host", server.url),
    ):
        until(lambda: answers(port))
        assert b"shape" in page(port, "/")
        for burst in (6, 10):
            server.counts.clear()
            form = {"host": server.url, "shape": "burst", "burst": str(burst), "user_classes": "PredictUser"}
            page(port, "/swarm", form)
            told = {"state": "stopped", "cold start": burst // 2, "warm": burst // 2, "Aggregated": burst}
            until(lambda: of_all(port) == told)  # noqa: B023
            assert server.counts.total() == burst


def test_a_master_and_a_worker_of_its_own(tmp_path: Path):
    """The worker does what the master says, sends every request, and writes the rows."""
    port = str(free_port())
    with serving(["warm"]) as server:
        options = ("--host", server.url, "--shape", "burst", "--burst", "12", "--rows", str(tmp_path))
        waits = ("--headless", "--expect-workers", "1", "--master-bind-host", "127.0.0.1", "--master-bind-port", port)
        joins = ("--worker", "--master-host", "127.0.0.1", "--master-port", port)
        with locust("--master", *waits, *options) as master, locust(*joins) as worker:
            assert master.wait(HANG_S) == 0
            assert worker.wait(HANG_S) == 0
        sent(server, tmp_path)


def sent(server: Server, folder: Path) -> None:
    found = rows.read(folder.glob("rows-*.csv"))
    assert len(found) == server.counts["warm"] == 12
    assert {row.kind for row in found} == {"answered"}
