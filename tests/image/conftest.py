"""Both images, running as they will elsewhere: the Lambda one as Lambda runs it, the server's with a read-only root.

`make image-test` builds them and names the engine in IMAGE_ENGINE; without it these tests are skipped.
Left out: building (`run.sh`).
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.predict import Core, open_core
from app.settings import Settings

HANG_S = 60.0
AS_LAMBDA = ("--read-only", "--tmpfs", "/tmp", "--cap-drop=all", "-m", "512m", "--user", "993:990")  # noqa: S108
READ_ONLY = ("--read-only", "--cap-drop=all")
INVOCATIONS = "/2015-03-31/functions/function/invocations"


class Container:
    """A container of one image, its port 8080 published on this machine's loopback address."""

    def __init__(self, engine: str, image: str, *options: str) -> None:
        self._engine = engine
        self._id = self._run("run", "--detach", "--publish", "127.0.0.1::8080", *options, image)
        address = self._run("port", self._id, "8080").splitlines()[0]
        self.url = f"http://{address}"

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([self._engine, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def wait_for(self, method: str, path: str, **more: Any) -> None:
        """Until that request is answered; the engine's own proxy accepts connections before."""
        end = time.monotonic() + HANG_S
        while time.monotonic() < end:
            try:
                if self.request(method, path, **more).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"no answer; it wrote {self.written()!r}")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, timeout=HANG_S, trust_env=False, **more)

    def invoke(self, event: object) -> Any:
        """What the function returns, through the emulator."""
        return self.request("POST", INVOCATIONS, content=json.dumps(event)).json()

    def python(self, program: str) -> Any:
        """What a program prints as JSON, run by the image's own Python beside the service."""
        return json.loads(self._run("exec", self._id, "python3", "-c", program))

    def written(self) -> str:
        done = subprocess.run([self._engine, "logs", self._id], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def stop(self) -> int:
        """The exit code after SIGTERM; a container that hangs is killed."""
        self._run("stop", "--time", "15", self._id)
        return int(self._run("inspect", "--format", "{{.State.ExitCode}}", self._id))

    def remove(self) -> None:
        self._run("rm", "--force", self._id)


@pytest.fixture(scope="session")
def engine() -> str:
    """The command that runs containers."""
    name = os.environ.get("IMAGE_ENGINE", "")
    if not name:
        pytest.skip("`make image-test` builds the images and runs these")
    return name


@pytest.fixture(scope="session")
def core() -> Core:
    """The core in this process, over the artifact that the images hold."""
    return open_core(Settings())


@pytest.fixture(scope="session")
def function(engine: str) -> Iterator[Container]:
    """The Lambda image behind the emulator, restricted as Lambda restricts it."""
    container = Container(engine, "undertone:lambda", *AS_LAMBDA)
    try:
        container.wait_for("POST", INVOCATIONS, content='{"warmup": true}')
        yield container
    finally:
        container.remove()


@pytest.fixture
def server(engine: str) -> Iterator[Container]:
    """The server image with a root that nobody can write, started as `docker run` does."""
    container = Container(engine, "undertone:server", *READ_ONLY)
    try:
        container.wait_for("GET", "/readyz")
        yield container
    finally:
        container.remove()
