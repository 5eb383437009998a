"""Values with a delimiter between them, quoted where they hold it: CSV (RFC 4180) and TSV, with a header.

A row whose quotes make no sense costs only its first line: what follows is read anew, so one forgotten quote does not
swallow a file. In TSV such a line has no quotes at all but letters that look like them, as IANA's definition has it.
A row over `_HELD_BYTES` is taken for one with a forgotten quote. A blank line is no row.
Left out: files without a header, comments, and quotes told by a backslash.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ..columns import choose
from ..errors import InputError
from ..records import ROW_BYTES, Columns
from .physical import BLOCK_BYTES, Line, Text, split
from .row import Fields

_DELIMITERS = ",;\t|"
_HELD_BYTES = 1 << 24
_NO_SENSE = "a quote is not closed, or not doubled within quotes"
_OTHERS = {
    b"\x1f\x8b": "data compressed by gzip: its name must end in .gz",
    b"PK\x03\x04": "a zip, as spreadsheets are: save it as CSV",
    b"PAR1": "Parquet: its name must end in .parquet",
}
"""What a file is whose name is wrong, by its first bytes."""
_quotes = re.compile(b'"+')
_quoted = re.compile('"[^"]*"')


class Separated:
    has_header = True
    line_bytes = _HELD_BYTES

    def __init__(self, text: Text, delimiter: str | None = None) -> None:
        self._text = text
        head = _decoded(next(text.lines(self.line_bytes), (1, 0, b""))[2])
        bare = _quoted.sub("", head)
        self._delimiter = delimiter or max(_DELIMITERS, key=bare.count)
        self._is_tsv = delimiter == "\t"
        self._columns = 0
        self._places: tuple[int, int | None, int | None] = (0, None, None)

    def choose(self, path: str, asked: Columns) -> None:
        """Raises: InputError where the header has no such columns, or cannot be read."""
        header, after = islice(chain(self.rows(self._text.lines(self.line_bytes)), (None, None)), 2)
        if header is None or (after is None and isinstance(header[2], str)):
            return  # empty, or damaged before its first row
        names = self._header(path, header)
        chosen = choose(path, names, asked)
        self._columns = len(names)
        places = [None if name is None else names.index(name) for name in (chosen.id, chosen.language)]
        self._places = (names.index(chosen.text), places[0], places[1])

    def _header(self, path: str, header: Line) -> list[str]:
        content = header[2]
        if kind := next((kind for start, kind in _OTHERS.items() if content[: len(start)] == start), None):
            raise InputError(path, "a header", kind)
        if isinstance(content, str) or len(content) > ROW_BYTES:
            raise InputError(path, "a header", content if isinstance(content, str) else "a line that is too long")
        try:
            names = self._values(content.decode())
        except UnicodeDecodeError:
            raise InputError(path, "a header in UTF-8", "another encoding") from None
        if isinstance(names, str) or "\0" in "".join(names):
            raise InputError(path, "a header", names if isinstance(names, str) else "NUL bytes: UTF-16 without a mark?")
        return [name.strip() for name in names]

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Rows of one or more lines, the header being one; a row whose quotes make no sense is its first line."""
        again = _Again(iter(lines))
        for line, byte, content in again:
            if isinstance(content, bytes):
                if b'"' in content:
                    yield line, byte, self._whole(again, line, byte, content)
                    continue
                if content in (b"\n", b"\r\n", b"\r"):
                    continue
            yield line, byte, content

    def _whole(self, again: "_Again", line: int, byte: int, first: bytes) -> bytes | str:
        """The row that begins with a line, or why there is none."""
        is_open = self._is_open(first, is_open=False)
        if is_open is False:
            return first
        more = bytearray()
        while is_open and len(first) + len(more) <= _HELD_BYTES:
            content = next(again, (0, 0, b""))[2]
            if isinstance(content, str):
                return content
            if not content:
                break
            more += content
            is_open = self._is_open(content, is_open=True)
        if is_open is False:
            return first + bytes(more)
        if more:
            again.give_back(split(_blocks(bytes(more)), self.line_bytes, line + 1, byte + len(first)))
        return first if self._is_tsv and first.endswith((b"\n", b"\r")) else _NO_SENSE

    def _is_open(self, line: bytes, *, is_open: bool) -> bool | None:
        """Whether a quote is open at the end of a line, when one was or was not at its start; None: no sense."""
        delimiter = ord(self._delimiter)
        for run in _quotes.finditer(line):
            start, end = run.span()
            within = end - start
            if not is_open:
                if start and line[start - 1] != delimiter:
                    continue  # a letter within a value
                is_open = True
                within -= 1
            if within % 2:
                is_open = False
                if end < len(line) and line[end] not in (delimiter, 10, 13):
                    return None
        return is_open

    def fields(self, text: str) -> Fields | str:
        """A row's values, or why there are none."""
        values = self._values(text)
        if isinstance(values, str):
            return values
        if len(values) != self._columns:
            return f"{len(values)} column{'s' * (len(values) != 1)}, and the header has {self._columns}"
        text_at, id_at, language_at = self._places
        return (
            values[text_at],
            None if id_at is None else values[id_at],
            None if language_at is None else values[language_at],
        )

    def _values(self, text: str) -> list[str] | str:
        bare = text.rstrip("\r\n")
        if '"' not in bare:
            return bare.split(self._delimiter)
        if len(bare) > csv.field_size_limit():
            csv.field_size_limit(ROW_BYTES)  # the module has one for all its users; ours is told by ROW_BYTES
        try:
            return next(csv.reader((bare,), delimiter=self._delimiter, strict=True))
        except csv.Error:
            return bare.split(self._delimiter) if self._is_tsv else _NO_SENSE


class _Again(Iterator[Line]):
    """Lines, of which some can be given back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._stack = [lines]

    def __next__(self) -> Line:
        while self._stack:
            for line in self._stack[-1]:
                return line
            self._stack.pop()
        raise StopIteration

    def give_back(self, lines: Iterator[Line]) -> None:
        """They come next."""
        self._stack.append(lines)


def _blocks(content: bytes) -> Iterator[bytes]:
    return (content[start : start + BLOCK_BYTES] for start in range(0, len(content), BLOCK_BYTES))


def _decoded(content: bytes | str) -> str:
    return content if isinstance(content, str) else content[:ROW_BYTES].decode(errors="replace")
