"""What the tests of drift share: a published pair with a baseline, and the command as a person runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.textmodel.drift.logs import drawn
from textmodel import histogram
from textmodel.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory, make_artifact: Callable[..., Any]) -> Path:
    """The root of a pair whose baseline is 4,000 usual answers."""
    root = tmp_path_factory.mktemp("judged")
    publish(str(root), make_artifact(baseline=histogram.of(drawn(1, 4000))), ("The company",), {})
    return root


@pytest.fixture(scope="session")
def drift(judged: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function: arguments and standard input to what the command did."""

    def run(*arguments: object, given: bytes = b"", artifacts: Path = judged) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "textmodel", "drift", "--artifacts", str(artifacts), *map(str, arguments)]
        done = subprocess.run(command, input=given, capture_output=True, cwd=REPOSITORY, check=False, timeout=120)
        return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
