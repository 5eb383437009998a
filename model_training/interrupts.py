"""Ctrl-C held off where it would come at the wrong time.

Left out: what happens when it comes at any other (`__main__`).
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ignored() -> Iterator[None]:
    """Ctrl-C does nothing in here, nor in the processes that are started in here."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
