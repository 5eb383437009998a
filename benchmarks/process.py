"""Starts contestants and ends them with all their children, whatever happens in between.

Each is a session of its own, so that none outlives the run. Left out: what is asked of them.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import IO

from . import machine, texts
from .contestants import ROOT, Server

START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 3.0


class StartError(Exception):
    """A server gave no first answer of status 200; the message holds its last words."""


class Running:
    """A server that listens on `port`, and its processes."""

    def __init__(self, server: Server, process: subprocess.Popen[bytes], port: int) -> None:
        self.server = server
        self.process = process
        self.port = port

    def pids(self) -> list[int]:
        return session(self.process.pid)


@contextmanager
def serving(server: Server, cores: set[int] | None = None) -> Iterator[Running]:
    """`server` on its cores, or on `cores`, and a free port; ready when its first answer has come.

    Raises: StartError.
    """
    port = free_port()
    with tempfile.TemporaryFile() as words:
        with machine.on_cores(cores or (machine.ALL_CORES if server.shared else machine.SERVER_CORE)):
            process = start(server.command(port), server.environ(port), stdout=subprocess.DEVNULL, stderr=words)
        try:
            _wait_for_answer(server, process, port, words)
            yield Running(server, process, port)
        finally:
            stop(process)


def start(
    command: Sequence[str], environ: Mapping[str, str], stdout: int, stderr: int | IO[bytes], stdin: int | None = None
) -> subprocess.Popen[bytes]:
    """A process in a session of its own, from the project's root; its bytecode is kept."""
    env = {**os.environ, "PYTHONPATH": ROOT, **environ}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=stderr,
        start_new_session=True,
    )  # fmt: skip


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole session to end, then make it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT_S)
    end = time.monotonic() + STOP_TIMEOUT_S
    while (pids := session(process.pid)) and time.monotonic() < end:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    process.wait()


def session(leader: int) -> list[int]:
    """The living processes that belong to the session of `leader`."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if (stat := _stat(pid)) and int(stat[3]) == leader and stat[0] not in "XZ"]


def _stat(pid: int) -> list[str]:
    """/proc/<pid>/stat from the state on; nothing for one that has gone."""
    with suppress(OSError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()
    return []


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_answer(server: Server, process: subprocess.Popen[bytes], port: int, words: IO[bytes]) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end and process.poll() is None:
        if status_of_one(port) == 200:
            return
        time.sleep(0.002)
    raise StartError(f"{server.name} gave no answer of status 200: {last_words(words)}")


def last_words(words: IO[bytes]) -> str:
    """The end of what a process wrote on standard error."""
    words.seek(0)
    return words.read()[-500:].decode(errors="replace").strip()


def settle(running: Running, most_s: float) -> None:
    """Wait until a server has done what clients no longer wait for, so that it disturbs nobody's turn."""
    end, before = time.monotonic() + most_s, -1
    while time.monotonic() < end and (ticks := sum(map(_cpu_ticks, running.pids()))) > before + 1:
        before = ticks
        time.sleep(0.1)


def _cpu_ticks(pid: int) -> int:
    """Hundredths of a second that a process has had of the CPU."""
    stat = _stat(pid)
    return int(stat[11]) + int(stat[12]) if stat else 0


def status_of_one(port: int) -> int | None:
    """The status of one answer that holds a label, or None while there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/predict", texts.bodies(1)[0], {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status if b'"label"' in answer.read() else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def has(program: str, package: str) -> str | None:
    """None when `program` is installed, else what to install."""
    return None if shutil.which(program) else f"{program} is missing: install Debian's package {package}"


def progress(words: str) -> None:
    """One line for who waits."""
    print(f"  {words}", file=sys.stderr, flush=True)
