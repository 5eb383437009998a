"""The rows of a source, in order, in bounded memory: every one is a record or a bad row, and none is lost.

    for row in read(source, columns): ...                        all
    for row in read(source, columns, 1000, 2000): ...            some, found by counting from the start
    places = list(offsets(source, 1000))                         where to begin, counted once
    for row in read(source, columns, 1000, 2000, places[1]): ... the same, found at once where the format allows it

Left out: which sources there are (`inputs`), and what becomes of a row.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

from .formats.json_lines import JsonLines
from .formats.parquet import Parquet
from .formats.physical import Line, Text
from .formats.plain import Plain
from .formats.row import TOO_LONG, Fields, row
from .formats.separated import Separated
from .opening import opened
from .records import ROW_BYTES, Bad, Columns, Place, Record, Source


class Format(Protocol):
    """What each format of lines says of a file."""

    has_header: bool
    line_bytes: int

    def choose(self, path: str, asked: Columns, /) -> None: ...
    def rows(self, lines: Iterator[Line], /) -> Iterator[Line]: ...
    def fields(self, text: str, /) -> Fields | str: ...


FORMATS: dict[str, Callable[[Text], Format]] = {
    "csv": Separated,
    "tsv": lambda text: Separated(text, "\t"),
    "jsonl": JsonLines,
    "lines": Plain,
}


def check(source: Source, columns: Columns) -> None:
    """Look at a source's beginning.

    Raises: InputError where the columns are not there, listing those that are; InputUnreachable.
    """
    with opened(source) as file:
        if source.kind == "parquet":
            Parquet(file, source.path).choose(columns)
        else:
            FORMATS[source.kind](Text(file, source)).choose(source.path, columns)


def read(
    source: Source, columns: Columns, first: int = 0, past: int | None = None, place: Place | None = None
) -> Iterator[Record | Bad]:
    """The rows from number `first` to before `past`; `place` is one of `offsets`, not after `first`.

    Raises: InputError where the columns are not there; InputUnreachable.
    """
    with opened(source) as file:
        if source.kind == "parquet":
            table = Parquet(file, source.path)
            table.choose(columns)
            yield from table.rows(source.name, first, past)
            return
        text = Text(file, source)
        form = FORMATS[source.kind](text)
        form.choose(source.path, columns)
        begin = place if place and place.byte and text.jumps else None
        for number, line in enumerate(_lines(form, text, begin), begin.number if begin else 0):
            if past is not None and number >= past:
                return
            if number >= first:
                yield _row(source, form, number, line, tells_byte=text.encoding is None)


def offsets(source: Source, every: int) -> Iterator[Place]:
    """Where the rows of number 0, `every`, twice `every` ... begin, and last where the source ends.

    Two places that follow each other are a piece of the source; the last place's number is how many rows there are.
    Raises: InputError; InputUnreachable.
    """
    with opened(source) as file:
        if source.kind == "parquet":
            total = Parquet(file, source.path).total
            yield from (Place(number, number + 1, 0) for number in (*range(0, total, every), total))
            return
        text = Text(file, source)
        number, line, byte = 0, 1, 0
        for number, (line, byte, _) in enumerate(_lines(FORMATS[source.kind](text), text), 1):
            if (number - 1) % every == 0:
                yield Place(number - 1, line, byte if text.jumps else 0)
        yield Place(number, line + 1, 0)


def _lines(form: Format, text: Text, place: Place | None = None) -> Iterator[Line]:
    """Each row's lines as one, without the header."""
    lines = form.rows(text.lines(form.line_bytes, place))
    header = next(lines, None) if form.has_header and not place else None
    return chain([header], lines) if header and isinstance(header[2], str) else lines  # damage is no header


def _row(source: Source, form: Format, number: int, found: Line, *, tells_byte: bool) -> Record | Bad:
    line, byte, content = found
    if isinstance(content, str):
        return Bad(number, line, content)
    if len(content) > ROW_BYTES:
        return Bad(number, line, TOO_LONG)
    if (at := content.find(b"\0")) >= 0:
        return Bad(number, line, f"a NUL byte{_place(byte + at, tells_byte)}: damaged, or UTF-16 without its mark")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return Bad(number, line, f"no UTF-8{_place(byte + error.start, tells_byte)}")
    fields = form.fields(text)
    return Bad(number, line, fields) if isinstance(fields, str) else row(source.name, number, line, fields)


def _place(byte: int, tells_byte: bool) -> str:
    return f" at byte {byte:,}" if tells_byte else ""
