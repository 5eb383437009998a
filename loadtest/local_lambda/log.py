"""Where log lines go: all of them into a file, or what is worth knowing onto the terminal.

Left out: what the lines say (`invocation`).
"""

import sys
from collections.abc import Callable
from typing import BinaryIO


class Log:
    """Buffered; `flush` now and then."""

    def __init__(self, path: str | None) -> None:
        """Raises: OSError when the file cannot be written."""
        self._all = path is not None
        self._to: BinaryIO | None = open(path, "ab") if path else sys.stdout.buffer  # noqa: SIM115  # closed by close

    def write(self, lines: bytes, *, notable: bool = True) -> None:
        """Into the file; without one only what is notable, onto standard output."""
        if notable or self._all:
            self._do(lambda to: to.write(lines))

    def flush(self) -> None:
        self._do(lambda to: to.flush())

    def close(self) -> None:
        self._do(lambda to: to.close() if self._all else to.flush())

    def _do(self, what: Callable[[BinaryIO], object]) -> None:
        """A full disk or a closed pipe ends the log, not the function."""
        if self._to is None:
            return
        try:
            what(self._to)
        except OSError as error:
            self._to = None
            print(f"local lambda: the log ends here: {error.strerror}", file=sys.stderr)
