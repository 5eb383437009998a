"""A real PostgreSQL for tests: a throw-away cluster on a socket of its own, which can be stopped and started."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from store import throwaway
from store.throwaway import programs

__all__ = ["Postgres", "cluster", "programs"]


class Postgres(throwaway.Postgres):
    def start_in(self, seconds: float) -> threading.Timer:
        """The server comes back by itself; who asked joins the thread before the cluster is removed."""
        timer = threading.Timer(seconds, self.start)
        timer.start()
        return timer


@contextmanager
def cluster() -> Iterator[Postgres]:
    """One that is removed afterwards; where PostgreSQL is not installed, the test is skipped."""
    found = programs()
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    made = Postgres(found)
    try:
        yield made
    finally:
        made.remove()
