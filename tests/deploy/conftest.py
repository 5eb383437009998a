"""What the tests of the deployment share: the template as AWS would see it, with any parameters.

Left out: the transformation itself (`transform.py`), which runs in an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/deploy/bin/python"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/undertone:1"


@pytest.fixture(scope="session")
def transform() -> Iterator[Callable[..., Stack]]:
    """A function: parameters, and a property of the function to replace, to the stack that the template makes."""
    if not PYTHON.exists():
        pytest.fail("what transforms the template is not installed: `make test` installs it", pytrace=False)
    command = [PYTHON, Path(__file__).with_name("transform.py"), ROOT / "template.yaml"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout

        @cache
        def make(function: tuple[str, Any] | None = None, **parameters: Any) -> Stack:
            given = {"ImageUri": IMAGE, "BuildId": "1", **parameters}
            line = {"parameters": given, "function": dict([function] if function else [])}
            process.stdin.write(json.dumps(line).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            answer = process.stdout.readline()  # type: ignore[union-attr]
            assert answer, "the template cannot be transformed: try `make check`"
            return Stack(json.loads(answer), given)

        yield make
        process.stdin.close()


@pytest.fixture(scope="session")
def stack(transform: Callable[..., Stack]) -> Stack:
    """The stack with every parameter as the template has it."""
    return transform()
