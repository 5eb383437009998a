"""About how many rows there are in all, counted beside the work so that nothing waits for it.

A text file has about as many rows as lines; a Parquet file says. Left out: objects in S3, whose rows are known when
they have been read, and the exact number (`run` counts what it reads).
"""

import gzip
import threading
import zlib
from collections.abc import Sequence
from contextlib import suppress

from .dealing import Piece

_BLOCK_BYTES = 1 << 20


class Total:
    """Counts in a thread of its own; `rows` is None until it has."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.rows: int | None = None
        self._pieces = pieces
        self._closed = False
        threading.Thread(target=self._count, daemon=True).start()

    def close(self) -> None:
        """Count no further."""
        self._closed = True

    def _count(self) -> None:
        with suppress(OSError, EOFError, ValueError, zlib.error):  # the reader tells what is wrong with a file
            self.rows = sum(self._rows(piece) for piece in self._pieces)

    def _rows(self, piece: Piece) -> int:
        if piece.past is not None:
            return piece.past - piece.first
        if piece.source.path.startswith("s3://"):
            raise ValueError("not known before it is read")
        if piece.source.kind == "parquet":
            from pyarrow.parquet import ParquetFile

            with ParquetFile(piece.source.path) as file:
                return int(file.metadata.num_rows) - piece.first
        return max(0, self._lines(piece) - (piece.source.kind in ("csv", "tsv")) - piece.first)

    def _lines(self, piece: Piece) -> int:
        opened = gzip.open if piece.source.compressed else open
        lines, last = 0, b"\n"
        with opened(piece.source.path, "rb") as file:
            while not self._closed and (block := file.read(_BLOCK_BYTES)):
                lines, last = lines + block.count(b"\n"), block[-1:]
        return lines + (last != b"\n")
