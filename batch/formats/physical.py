"""A file's bytes to its lines, in UTF-8 and of bounded length, whatever the file is in.

    gzip                 damage and a cut are told in place of the line where they are
    byte-order mark      of UTF-8 is dropped; of UTF-16 and UTF-32 says what to decode
    line ends            LF, CRLF, CR, mixed as they like

Left out: what a line holds, and whether it is valid UTF-8 (its siblings, `reading`).
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from ..errors import InputUnreachable
from ..records import Place, Source
from .row import TOO_LONG

Line = tuple[int, int, bytes | str]
"""Its number from 1, the bytes before it, and itself with its line end; or, as a str, why it cannot be given."""
BLOCK_BYTES = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, None),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LF, _CR = b"\n\r"


class Damaged(Exception):
    """The bytes end or make no sense before the file's end; the reason is the message."""


class Text:
    """A file of lines, which can be read from any place of it that was told before."""

    def __init__(self, file: io.BufferedReader, source: Source) -> None:
        self._file, self._source = file, source
        try:
            start = _first(self._blocks())[0]
        except Damaged:
            start = b""
        mark, self.encoding = next(((m, e) for m, e in _BOMS if start.startswith(m)), (b"", None))
        self._mark_bytes = len(mark)

    @property
    def jumps(self) -> bool:
        """Whether a line's byte is one of the file."""
        return self.encoding is None and not self._source.compressed

    def lines(self, most_bytes: int, place: Place | None = None) -> Iterator[Line]:
        """The lines from a place on."""
        if place and place.byte and self.jumps:
            return split(self._blocks(place.byte), most_bytes, place.line, place.byte)
        return split(self._utf8(), most_bytes, byte=0 if self.encoding else self._mark_bytes)

    def _blocks(self, start: int = 0) -> Iterator[bytes]:
        self._file.seek(start)
        file = gzip.GzipFile(fileobj=self._file) if self._source.compressed else self._file
        try:
            while block := file.read1(BLOCK_BYTES):
                yield block
        except EOFError:
            raise Damaged("the compressed data ends here: the file is cut") from None
        except (zlib.error, gzip.BadGzipFile):
            raise Damaged("the compressed data is damaged from here on") from None
        except OSError as error:
            raise InputUnreachable(self._source.path, error.strerror or type(error).__name__) from error

    def _utf8(self) -> Iterator[bytes]:
        first, rest = _first(self._blocks())
        blocks = chain((first[self._mark_bytes :],), rest)
        yield from blocks if self.encoding is None else _recoded(blocks, self.encoding)


def split(blocks: Iterable[bytes], most_bytes: int, line: int = 1, byte: int = 0) -> Iterator[Line]:
    r"""The lines of blocks that end anywhere; no more of one than `most_bytes` is ever held.

    >>> list(split([b"a\r", b"\nb\rc"], 100))
    [(1, 0, b'a\r\n'), (2, 3, b'b\r'), (3, 5, b'c')]
    """
    parts: list[bytes] = []  # of the line that is not at its end
    size = 0  # its bytes so far
    held = b""  # a CR whose LF may come
    content: bytes | str
    try:
        for block in blocks:
            ready = held + block
            held = ready[-1:] if ready.endswith(b"\r") else b""
            pieces = ready[: len(ready) - len(held)].splitlines(keepends=True)
            if not pieces:
                continue
            last = b"" if pieces[-1][-1] in (_LF, _CR) else pieces.pop()
            for content in pieces:
                length = len(content)
                if size:
                    length += size
                    content = TOO_LONG if length > most_bytes else b"".join((*parts, content))  # noqa: PLW2901
                    parts, size = [], 0
                yield line, byte, content
                line += 1
                byte += length
            if last:
                size += len(last)
                parts = [] if size > most_bytes else [*parts, last]
    except Damaged as damage:
        yield line, byte, str(damage)
        return
    if size or held:
        yield line, byte, TOO_LONG if size > most_bytes else b"".join((*parts, held))


def _first(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """A first block that holds a whole byte-order mark, if the file has one, and the others."""
    first = b""
    for block in blocks:
        first += block
        if len(first) >= 4:
            break
    return first, blocks


def _recoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """In UTF-8. A lone surrogate is kept, which makes its row, and no other, invalid."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    try:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise Damaged(f"the bytes are no {encoding.upper()} from here on: the file is cut or damaged") from None
