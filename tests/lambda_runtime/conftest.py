"""Execution environments that end with their test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.app.serving import Inside
from tests.lambda_runtime.api import Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def door(shipped: Path) -> Inside:
    """The ASGI door in this process, to compare with."""
    return Inside(artifacts=str(shipped))


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Callable[..., Environment]]:
    """A function: variables of the environment to an execution environment that ends with the test."""
    started: list[Environment] = []

    def start(**variables: str) -> Environment:
        folder = tmp_path / f"environment-{len(started)}"
        folder.mkdir()
        started.append(Environment(folder, **variables))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="session")
def running(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """One environment for all tests that leave no trace but lines."""
    environment = Environment(tmp_path_factory.mktemp("runtime"), UNDERTONE_ARTIFACTS=str(shipped))
    environment.wait_until_ready()
    yield environment
    environment.close()
