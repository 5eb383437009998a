"""The processes of a load test: a local Lambda and locust, each in a session of its own, so that Ctrl-C is ours.

Both watch the process that started them and end with it, even where it was killed.
Left out: what they do.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from .settings import Settings, address

ROOT = Path(__file__).parents[1]
START_S = 30.0
STOP_S = 15.0


class StartError(Exception):
    """A process did not start, or nothing answers at the target; the message says why."""


class Lambda:
    """A local Lambda on a free port while one is inside `with`, which gives the target to test."""

    def __init__(self, asked: Settings, folder: Path) -> None:
        self._log = folder / "local-lambda.log"
        self._door = asked.door
        command = [
            sys.executable, "-m", "loadtest.local_lambda", "--port", "0", "--concurrency", str(asked.limits[0]),
            "--memory-mb", str(asked.memory_mb), "--log", str(folder / "lambda-lines.log"),
        ]  # fmt: skip
        environment = {**os.environ, "UNDERTONE_LOG_REQUESTS": os.environ.get("UNDERTONE_LOG_REQUESTS", "0")}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def __enter__(self) -> str:
        deadline = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < deadline:
            if found := re.search(r"http://127\.0\.0\.1:\d+", self._log.read_text(errors="replace")):
                return f"lambda:undertone@{found[0]}" if self._door == "invoke" else found[0]
            time.sleep(0.02)
        stop(self._process)
        raise StartError(f"the local Lambda did not start: {last_line(self._log)}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        stop(self._process)

    @staticmethod
    def elsewhere(asked: Settings) -> nullcontext[str]:
        """A target that is there already.

        Raises:
            StartError: nobody listens there.

        """
        if url := address(asked.target):
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            try:
                socket.create_connection((parts.hostname or "", port), timeout=10).close()
            except OSError as error:
                raise StartError(f"nothing answers at {url}: {error}") from None
        return nullcontext(asked.target)


def locust(asked: Settings, target: str, folder: Path) -> subprocess.Popen[bytes]:
    """Locust without its page, on its way; what it prints goes to a file."""
    command = [
        sys.executable, "-m", "locust", "-f", str(ROOT / "loadtest/locustfile.py"), "--headless", "--only-summary",
        "--host", target, "--door", asked.door, "--shape", asked.shape, "--rate", str(asked.rate),
        "--seconds", str(asked.seconds), "--limits", ",".join(map(str, asked.limits)), "--burst", str(asked.burst),
        "--retries", str(asked.retries), "--request-timeout", str(asked.timeout_s),
        "--give-up", str(asked.give_up_s), "--rows", str(folder),
        "--exit-code-on-error", "0", "--skip-log-setup",
        *(["--processes", str(asked.processes)] if asked.processes > 1 else []),
    ]  # fmt: skip
    environment = {**os.environ, "LOADTEST_OWNED": "1", "PYTHONWARNINGS": "ignore"}
    with (folder / "locust.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, which both do in order; kill its whole session if it does not."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_line(path: Path) -> str:
    """The last line that a process wrote."""
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
