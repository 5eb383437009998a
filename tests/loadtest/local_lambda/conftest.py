"""Local Lambdas that end with their test."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.loadtest.local_lambda.running import Local

TWO_WITHOUT_RATE = ("--concurrency", "2", "--requests-per-concurrency", "1000")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Local]]:
    """A function: a handler, arguments and variables to a local Lambda that ends with the test."""
    started: list[Local] = []
    numbers = itertools.count()

    def begin(handler: str = "obedient.handler", *arguments: str, **variables: str) -> Local:
        started.append(Local(tmp_path / f"local-{next(numbers)}", handler, *arguments, **variables))
        return started[-1]

    yield begin
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """One for the tests of a file that leave it as it was."""
    one = Local(tmp_path_factory.mktemp("local") / "shared", "obedient.handler", *TWO_WITHOUT_RATE)
    yield one
    one.stop()
