"""A file's bytes to its texts, one at a time and in bounded memory, with the line each stands in.

    .txt    a text a line
    .jsonl  {"text": str, "id"?: any} a line
    .csv    a row a text: the column `text`, with `id` beside it where there is one; or one column without a head

What cannot be read is reported in its line, and the rest is read. Left out: where bytes come from (`s3`).
"""

import csv
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

_PIECE_BYTES = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS
_TOO_LONG = "\ud800"
"""In the place of a line that was not kept; no byte becomes this half of a pair."""


class Line(NamedTuple):
    """One text, or why there is none."""

    number: int
    text: str | None
    id: object = None
    error: str = ""


class _TextLine(msgspec.Struct):
    text: str
    id: object = None


_decode = msgspec.json.Decoder(_TextLine).decode


class Truncated(Exception):
    """A compressed file ends before its end, or is damaged; what came before was read."""


def gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of one or more gzip members, never more than a piece at a time.

    Raises: Truncated.
    """
    member = zlib.decompressobj(_GZIP)
    begun = False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member.eof:
                    rest = rest.lstrip(b"\0")  # padding, which gzip passes over too
                    if not rest:
                        break
                    member = zlib.decompressobj(_GZIP)
                begun = True
                piece = member.decompress(rest, _PIECE_BYTES)
                if piece:
                    yield piece
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise Truncated("the gzip stream is damaged") from error
    if begun and not member.eof:
        raise Truncated("the gzip stream ends before its end")


def reader(name: str) -> Callable[[Iterable[bytes], int], Iterator[Line]] | None:
    """The reader for a file of this name; None for a kind that is not read."""
    stem = name.lower().removesuffix(".gz")
    return next((read for suffix, read in _READERS.items() if stem.endswith(suffix)), None)


def split(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Lines without their ends; None in the place of one that is longer than `max_bytes`."""
    begun, skipping = b"", False
    for chunk in _without_bom(chunks):
        *whole, rest = (begun + chunk).split(b"\n")
        for line in whole:
            yield None if skipping or len(line) > max_bytes else line.removesuffix(b"\r")
            skipping = False
        begun = rest
        if len(begun) > max_bytes:
            begun, skipping = b"", True
    if begun or skipping:
        yield None if skipping else begun.removesuffix(b"\r")


def _without_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes without the mark that some programs put before UTF-8."""
    rest = iter(chunks)
    first = b""
    while len(first) < len(BOM_UTF8) and (chunk := next(rest, None)) is not None:
        first += chunk
    yield first.removeprefix(BOM_UTF8)
    yield from rest


def _text(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Line]:
    for number, raw in enumerate(split(chunks, max_bytes), 1):
        yield _decoded(number, raw, max_bytes)


def _jsonl(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Line]:
    for number, raw in enumerate(split(chunks, max_bytes), 1):
        if raw is None:
            yield _decoded(number, raw, max_bytes)
        elif raw.strip():
            try:
                found = _decode(raw)
                yield Line(number, found.text, found.id)
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                said = str(error) if isinstance(error, msgspec.DecodeError) else "expected JSON in UTF-8"
                yield Line(number, None, error=said)


def _csv(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Line]:
    """Rows by the csv module; a field may go over several lines, and a row's number is its last line's.

    Strict, so that a quote that is never closed is an error and does not take the rest of the file for one text.
    """
    rows = csv.reader((f"{_surrogates(raw)}\n" for raw in split(chunks, max_bytes)), strict=True)
    columns: _Columns | None = None
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(rows.line_num, None, error=f"expected comma-separated values: {error}")
            continue
        if not row:
            continue
        if columns is None:
            columns = _columns(row)
            if columns is None:
                yield Line(rows.line_num, None, error="expected a column named text, or one column")
                return
            if columns.named:
                continue
        yield _from_row(rows.line_num, row, columns, max_bytes)


class _Columns(NamedTuple):
    text: int
    id: int | None
    width: int
    named: bool


def _columns(row: list[str]) -> _Columns | None:
    """Where things stand, by a file's first row that is not empty."""
    names = [name.strip().lower() for name in row]
    if "text" in names:
        return _Columns(names.index("text"), names.index("id") if "id" in names else None, len(row), named=True)
    return _Columns(0, None, 1, named=False) if len(row) == 1 else None


def _from_row(number: int, row: list[str], columns: _Columns, max_bytes: int) -> Line:
    if _TOO_LONG in row[-1]:
        return _decoded(number, None, max_bytes)
    if columns.text >= len(row) or any(row[columns.width :]):  # a comma too many is one that stands without quotes
        return Line(number, None, error=f"expected {columns.width} columns, found {len(row)}")
    text, own_id = row[columns.text], row[columns.id] if columns.id is not None and columns.id < len(row) else None
    if not _is_utf8(own_id or ""):
        return Line(number, None, error="expected UTF-8")
    return Line(number, text, own_id) if _is_utf8(text) else Line(number, None, own_id, "expected UTF-8")


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def _surrogates(raw: bytes | None) -> str:
    return _TOO_LONG if raw is None else raw.decode("utf-8", "surrogateescape")


def _decoded(number: int, raw: bytes | None, max_bytes: int) -> Line:
    if raw is None:
        return Line(number, None, error=f"expected at most {max_bytes} bytes in a line")
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError:
        return Line(number, None, error="expected UTF-8")


_READERS: dict[str, Callable[[Iterable[bytes], int], Iterator[Line]]] = {
    ".txt": _text,
    ".jsonl": _jsonl,
    ".csv": _csv,
}
KINDS = ", ".join(_READERS)
