"""A moto server of one's own, and the template deployed into it.

Left out: jobs, which moto only pretends to run (`engine`).
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from ..aws.door import Aws
from ..errors import RehearsalError

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
_PATIENCE_S = 30.0


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Host and port of a server that is ended afterwards.

    Raises: RehearsalError where moto is not installed or does not come up.
    """
    if not find_spec("moto"):
        raise RehearsalError("moto is not installed; `make rehearse` installs it")
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _await(process, port)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait()


def deploy(aws: Aws, name: str, parameters: Mapping[str, str]) -> None:
    """Raises: AwsError; RehearsalError where the stack does not come up."""
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    body = TEMPLATE.read_text(encoding="utf-8")
    aws.call("cloudformation", "create_stack", StackName=name, TemplateBody=body, Parameters=given,
             Capabilities=["CAPABILITY_IAM"])  # fmt: skip
    stack: dict[str, Any] = aws.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise RehearsalError(f"the stack is {stack['StackStatus']}: {stack.get('StackStatusReason', '')}")


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
    raise RehearsalError("moto's server does not come up")
