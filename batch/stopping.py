"""Being told to end: SIGTERM by a machine, Ctrl-C by a person. The chunks in hand are finished, nothing else begins.

Left out: finishing them (`run`).
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TOLD = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Unset until a signal comes; a second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def is_set(self) -> bool:
        return self.signal is not None

    @property
    def code(self) -> int:
        """128 and the signal's number, as shells have it; 0 while there was none."""
        return 128 + self.signal if self.signal else 0

    def set(self, number: int, _frame: FrameType | None = None) -> None:
        if self.signal and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = self.signal or signal.Signals(number)


@contextmanager
def listening() -> Iterator[Stop]:
    """A Stop that signals set; afterwards they do what they did before."""
    stop = Stop()
    before = {number: signal.signal(number, stop.set) for number in TOLD}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
