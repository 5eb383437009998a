"""One JSON line per request or event on standard output, which holds no text of a user.

Left out: tracebacks with messages; an error is logged by its type and the places it came through.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.json import Encoder

_encode = Encoder().encode
_SHOWN_FRAMES = 8


def write_stdout(line: bytes) -> None:
    """One write to standard output; a reader that has gone is no reason to fail a request."""
    try:
        os.write(1, line)
    except OSError:
        return


class Log:
    """Lines of JSON to `write`, each with the time and the level first."""

    def __init__(self, write: Callable[[bytes], object] = write_stdout) -> None:
        self._write = write

    def line(self, level: str, event: str, **fields: object) -> None:
        """Write one line; fields are numbers, switches and names that the service chose itself."""
        self._write(_encode({"time": datetime.now(UTC), "level": level, "event": event, **fields}) + b"\n")

    def fault(self, error: BaseException, **fields: object) -> None:
        """An error of ours: its type and its frames, innermost last; its message may hold a text."""
        from traceback import extract_tb  # 3 ms at a cold start, for what should never be needed

        frames = extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
        places = [f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        self.line("error", "fault", error=type(error).__name__, places=places, **fields)
