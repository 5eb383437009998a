"""What the service's tests share: a door in this process, and servers that end with their test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.serving import Inside, Running, clean_environment, free_port, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.app.function_url import FunctionUrl


@pytest.fixture
def inside(shipped: Path) -> Callable[..., Inside]:
    """A function: any settings to a door in this process."""

    def make(**settings: Any) -> Inside:
        return Inside(**{"artifacts": str(shipped), **settings})

    return make


@pytest.fixture(scope="session")
def door(shipped: Path) -> Inside:
    """A door with the settings' defaults, for tests that leave no trace but lines and figures."""
    return Inside(artifacts=str(shipped))


@pytest.fixture
def start(shipped: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """A function: variables of the environment to a server process of its own, whether it answers yet or not."""
    started: list[Running] = []

    def begin(*command: str, **variables: str) -> Running:
        given = variables.get("PORT", "")
        port = int(given) if given.isdecimal() else free_port()
        environment = clean_environment(**{"UNDERTONE_ARTIFACTS": str(shipped), "PORT": str(port), **variables})
        places = {"{port}": str(port), "{python}": sys.executable}
        line = [places.get(part, part) for part in command] or python("-m", "app")
        started.append(Running(tmp_path, line, environment, port))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


@pytest.fixture
def serve(start: Callable[..., Running]) -> Callable[..., Running]:
    """A function: variables of the environment to a server that answers."""

    def begin(*command: str, **variables: str) -> Running:
        server = start(*command, **variables)
        server.wait_until_alive()
        return server

    return begin


@pytest.fixture(scope="session")
def served(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server with the defaults, for tests that leave no trace but lines and figures."""
    port = free_port()
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(shipped), PORT=str(port))
    server = Running(tmp_path_factory.mktemp("served"), python("-m", "app"), environment, port)
    server.wait_until_alive()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def function_url(shipped: Path) -> Iterator[FunctionUrl]:
    """The Lambda handler behind a function URL, for clients that speak HTTP."""
    from tests.app.doors.parts import Function  # importing the handler loads the artifact in place
    from tests.app.function_url import FunctionUrl as Address

    address = Address(Function(shipped))
    yield address
    address.stop()
