"""Moto's server on a free port of this machine, ended afterwards.

Left out: what it lacks (`front`).
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.request import urlopen

from ..errors import EngineError

_PATIENCE_S = 60.0


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Host and port.

    Raises: EngineError where moto is not installed or does not come up.
    """
    if not find_spec("moto"):
        raise EngineError("moto is not installed", "install what requirements/dev.txt lists")
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables)  # noqa: S603
    try:
        _await(process, port)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/moto-api/data.json", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise EngineError("moto's server does not come up", "start `python -m moto.server` by hand to see why")
