"""A function for the tests of its doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.app.doors.parts import QUEUE, Function

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def function(shipped: Path) -> Callable[..., Function]:
    """A function: any settings to an execution environment whose results go to a queue."""

    def make(**settings: Any) -> Function:
        return Function(shipped, **{"results_queue_url": QUEUE, **settings})

    return make


@pytest.fixture(scope="session")
def shared(shipped: Path) -> Function:
    """One function for tests that look at answers alone."""
    return Function(shipped, results_queue_url=QUEUE)
