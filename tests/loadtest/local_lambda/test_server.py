"""How a local Lambda begins and ends: in one clear line, and with no process left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.loadtest.local_lambda.running import HANDLERS, HOUSE, gone, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loadtest.local_lambda.running import Local

COMMAND = [sys.executable, "-m", "loadtest.local_lambda", "--handler", "obedient.handler", "--task-root", str(HANDLERS)]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=HOUSE, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(start: Callable[..., Local], number: int):
    """Exit code 0, no traceback, no process left, and the report of the last call is in the log."""
    local = start()
    told = local.invoke({"do": "pid"})
    assert local.stop(number) == 0
    assert gone([told.payload])
    assert local.err.count("\n") == 1
    assert f"REPORT RequestId: {told.headers['x-amzn-requestid']}" in local.log


def _asking_for_a_minute(local: Local) -> threading.Thread:
    """A caller whose call is under way, and who will not be answered."""

    def ask() -> None:
        with suppress(httpx.TransportError):
            local.get("/sleep?60")

    caller = threading.Thread(target=ask)
    caller.start()
    until(lambda: local.stats()["in_flight"] == 1, "it did not begin")
    return caller


def test_a_stop_ends_what_still_runs(start: Callable[..., Local]):
    """A call of a minute does not hold it up."""
    local = start()
    pid = local.invoke({"do": "pid"}).payload
    caller = _asking_for_a_minute(local)
    assert local.stop() == 0
    caller.join()
    assert gone([pid])


def test_kill_9_leaves_nothing_and_the_next_start_works(start: Callable[..., Local]):
    """The kernel ends the environments, also a busy one; the port is free again."""
    local = start()
    pid = local.invoke({"do": "pid"}).payload
    caller = _asking_for_a_minute(local)
    local.stop(signal.SIGKILL)
    caller.join()
    until(lambda: gone([pid]), "an environment outlived it")
    again = start("obedient.handler", "--port", local.url.rpartition(":")[2])
    assert (again.url, again.invoke("again").payload) == (local.url, "again")


def test_it_ends_with_its_parent(tmp_path: Path):
    """When the process that started it dies by kill -9, it stops and so do its environments."""
    command = [*COMMAND, "--port", "0", "--provisioned", "1"]
    code = f"import subprocess, time; print(subprocess.Popen({command!r}).pid, flush=True); time.sleep(60)"
    with (tmp_path / "err").open("wb") as err:
        parent = subprocess.Popen([sys.executable, "-c", code], cwd=HOUSE, stdout=subprocess.PIPE, stderr=err)
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
        try:
            environments = until(lambda: _children(child), "no environment")
        finally:
            parent.kill()
            parent.wait()
        until(lambda: gone([child, *environments]), "something outlived it")


def _children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in file.read_text().split()] if file.exists() else []


def test_a_port_in_use_is_one_line():
    """It says which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("--port", str(port))
    assert (done.returncode, done.stderr) == (1, f"local lambda: 127.0.0.1:{port}: Address already in use\n")


@pytest.mark.parametrize("option", ["--log", "--on-failure"])
def test_a_place_that_cannot_be_written(option: str):
    """It says which."""
    done = _run("--port", "0", option, "/proc/nowhere/x")
    assert done.returncode == 1
    assert done.stderr.startswith("local lambda: /proc/nowhere")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], "--port: expected a number from 0 to 65535, found '70000'"),
        (["--handler", "nothing"], "--handler is 'nothing'; it must be module.function"),
        (["--task-root", "/nowhere"], "--task-root '/nowhere' is no folder"),
        (["--concurrency", "-1"], "reserved_concurrency is -1; it must be 0 or more"),
        (["--concurrency", "1", "--provisioned", "2"], "provisioned_concurrency is 2; the concurrency is 1"),
        (["--event-retry", "soon"], "expected seconds, as in 60,120, found 'soon'"),
        (["--memory-mb", "64"], "expected a number from 128 to 10240, found '64'"),
        (["--timeout", "0"], "timeout_s is 0.0; it must be above 0"),
    ],
)
def test_a_wrong_option(arguments: list[str], words: str):
    """It is named, with what was expected, and nothing starts."""
    done = _run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_it_listens_on_loopback_alone(start: Callable[..., Local]):
    """Neither its own port nor those of its environments are open to the network."""
    local = start()
    local.invoke({})
    assert _listening_elsewhere(local.process.pid) == []


def _listening_elsewhere(pid: int) -> list[str]:
    """Local addresses of its listening TCP sockets that are not 127.0.0.1."""
    links = (os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir())
    inodes = {link[8:-1] for link in links if link.startswith("socket:")}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    mine = [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]
    assert len(mine) >= 2
    return [address for address in mine if not address.startswith("0100007F:")]
