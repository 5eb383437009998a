"""A text a line, without columns; a blank line is no row.

Left out: texts of several lines, which a .txt file cannot tell apart.
"""

from collections.abc import Iterator

from ..records import ROW_BYTES, Columns
from .physical import Line, Text
from .row import Fields


class Plain:
    has_header = False
    line_bytes = ROW_BYTES

    def __init__(self, _text: Text) -> None:
        """Nothing has to be known of the file."""

    def choose(self, _path: str, _asked: Columns) -> None:
        """There is nothing to choose."""

    def rows(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Those lines that are rows."""
        return (line for line in lines if not line[2].isspace())

    def fields(self, text: str) -> Fields | str:
        """A row's values, or why there are none."""
        return text.strip(), None, None
