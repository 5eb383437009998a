"""A local Lambda as a process of its own, and clients for it.

    local = Local(folder, "obedient.handler", "--concurrency", "1")
    local.invoke({"do": "echo"})        what boto3 gives, with its payload read
    local.get("/made")                  the function's URL
    local.stop()

Left out: what is asserted.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import httpx
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

HOUSE = Path(__file__).parents[3]
HANDLERS = Path(__file__).parent / "handlers"
HANG_S = 30.0


class Invoked(NamedTuple):
    """What boto3 gave."""

    status: int
    payload: Any
    error: str | None
    log: str
    headers: dict[str, str]
    version: str


class Local:
    """Started at once; `url` is known when it listens."""

    def __init__(self, folder: Path, handler: str, *arguments: str, root: Path = HANDLERS, **variables: str) -> None:
        folder.mkdir()
        self.log_file = folder / "log"
        self._out, self._err = folder / "out", folder / "err"
        self.command = [sys.executable, "-m", "loadtest.local_lambda", "--port", "0", "--handler", handler]
        self.command += ["--task-root", str(root), "--log", str(self.log_file), *arguments]
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                self.command, cwd=HOUSE, env={**os.environ, **variables}, stdout=out, stderr=err
            )
        try:
            self.url: str = until(self._listening, "it does not listen")
        except AssertionError:
            self.stop()
            raise

    def _listening(self) -> str | None:
        found = re.search(r"http://127\.0\.0\.1:\d+", self.err)
        return found[0] if found else None

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @cached_property
    def client(self) -> Any:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=HANG_S, max_pool_connections=50)
        names = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "eu-west-1"}
        return boto3.client("lambda", endpoint_url=self.url, config=config, **names)

    def invoke(self, event: Any = None, name: str = "undertone", **more: Any) -> Invoked:
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        given = self.client.invoke(FunctionName=name, Payload=payload, **more)
        body = given["Payload"].read()
        return Invoked(
            given["StatusCode"],
            json.loads(body) if body else None,
            given.get("FunctionError"),
            given.get("LogResult", ""),
            given["ResponseMetadata"]["HTTPHeaders"],
            given.get("ExecutedVersion", ""),
        )

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, timeout=HANG_S, trust_env=False, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def stats(self) -> Any:
        return self.get("/_local/stats").json()

    def pids(self) -> list[int]:
        return [one["pid"] for one in self.stats()["environments"] if one["pid"]]

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(HANG_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def until(look: Callable[[], Any], otherwise: str) -> Any:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + HANG_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(otherwise)


def gone(pids: list[int]) -> bool:
    """Whether none of these processes is there, but for those that nobody has reaped yet."""
    return not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
