"""Logs to their lines: files, folders, standard input; plain or gzip; lines, or a JSON document that quotes them.

Forms: a line an entry, as a service writes them; with a time, a stream or a container's name before each, as
CloudWatch's export to S3 and `aws logs tail` have them; the document of `aws logs filter-log-events` or of
`aws logs get-query-results`. Read in pieces, so that no size of a log matters to memory.
Left out: what a line says (`entries`).
"""

import io
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, cast

MAX_LINE_BYTES = 16 << 20
"""CloudWatch takes events of up to 1 MiB; a line beyond this is not kept."""
_PIECE_CHARS = 1 << 18
_PIECE_BYTES = 1 << 16
_PERMISSION_TEST = "aws-logs-write-test"  # what CloudWatch leaves beside its exports
_DOCUMENT = re.compile(rb"""\s*(?:\[|\{[^{}\[]*"(?:events|results)"\s*:\s*\[)""")
_GZIP = 16 + zlib.MAX_WBITS
_BETWEEN = re.compile(r"[\s,]*")


class Raw(NamedTuple):
    """One line or element, where it stands, and what could not be read of it."""

    place: str
    content: bytes | object = b""
    error: str = ""


def paths(given: Sequence[str]) -> list[str]:
    """Every file that is meant, those of folders in the order of their names; `-` is standard input.

    Raises: OSError for one that is not there or cannot be read.
    """
    found: list[str] = []
    for path in given:
        if os.path.isdir(path):
            found += _below(path)
        else:
            if path != "-":
                with open(path, "rb"):
                    pass
            found.append(path)
    return found


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        yield from (os.path.join(parent, n) for n in sorted(names) if n != _PERMISSION_TEST and not n.startswith("."))


def _refuse(error: OSError) -> None:
    raise error


def read(path: str, standard_input: BinaryIO, advance: Callable[[int, int], None]) -> Iterator[Raw]:
    """Everything in one file; `advance` hears of lines and of bytes as they lie on the disk."""
    name = "standard input" if path == "-" else path
    raw = standard_input if path == "-" else open(path, "rb")  # noqa: SIM115  # closed below
    try:
        counted = _Counted(raw)
        plain = _buffered(counted)
        packed = _Gunzipped(plain) if plain.peek(2)[:2] == b"\x1f\x8b" else None
        yield from _told(_all(name, _buffered(packed) if packed else plain, packed), counted, advance)
    finally:
        if path != "-":
            raw.close()


def _told(items: Iterator[Raw], counted: "_Counted", advance: Callable[[int, int], None]) -> Iterator[Raw]:
    before = 0
    for item in items:
        yield item
        advance(1, counted.bytes - before)
        before = counted.bytes


def _all(name: str, stream: io.BufferedReader, packed: "_Gunzipped | None") -> Iterator[Raw]:
    """Every line or element, and one more that says why there are no others where the file cannot be read on."""
    place = name
    try:
        for item in _elements(name, stream) if _DOCUMENT.match(stream.peek()) else _lines(name, stream):
            place = item.place
            yield item
    except OSError as error:
        yield Raw(place, error=f"cannot be read further: {error.strerror}")
    if packed and packed.error:
        yield Raw(place, error=packed.error)


def _lines(name: str, stream: io.BufferedReader) -> Iterator[Raw]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        if whole:
            yield Raw(f"{name}:{number}", line)
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_PIECE_BYTES)
        yield Raw(f"{name}:{number}", error=f"longer than {MAX_LINE_BYTES:,} bytes")


def _elements(name: str, stream: io.BufferedReader) -> Iterator[Raw]:
    """The elements of a document's one long array, one at a time."""
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
    buffer = text.read(_PIECE_CHARS)
    at = buffer.index("[") + 1
    decode, number = json.JSONDecoder().raw_decode, 0
    while True:
        at = cast("re.Match[str]", _BETWEEN.match(buffer, at)).end()
        if buffer[at : at + 1] == "]":
            return
        try:
            element, end = decode(buffer, at)
        except (ValueError, RecursionError):
            more = text.read(_PIECE_CHARS)
            if not more or len(buffer) - at > MAX_LINE_BYTES:
                yield Raw(f"{name}: event {number + 1}", error="the document ends, or is damaged, before its end")
                return
            buffer, at = buffer[at:] + more, 0
            continue
        at, number = end, number + 1
        yield Raw(f"{name}: event {number}", element)


class _Counted(io.RawIOBase):
    """Bytes from a file, counted as they are read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._source.read1(len(buffer)) if hasattr(self._source, "read1") else self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        self.bytes += len(piece)
        return len(piece)


class _Gunzipped(io.RawIOBase):
    """The bytes of gzip members, up to where they are damaged or cut, which `error` then tells."""

    def __init__(self, source: io.BufferedReader) -> None:
        self._source = source
        self._member = zlib.decompressobj(_GZIP)
        self._rest = b""
        self.error = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            piece = b"" if self.error else self._piece(len(buffer))
        except zlib.error:
            self.error, piece = "the gzip stream is damaged", b""
        buffer[: len(piece)] = piece
        return len(piece)

    def _piece(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        while True:
            self._rest = self._rest or self._source.read1(_PIECE_BYTES)
            at_end = not self._rest
            if self._member.eof:
                self._rest = self._rest.lstrip(b"\0")  # padding, which gzip passes over too
                if self._rest:
                    self._member = zlib.decompressobj(_GZIP)
                elif at_end:
                    return b""
                else:
                    continue
            piece = self._member.decompress(self._rest, size)
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if piece:
                return piece
            if at_end and not self._member.eof:
                self.error = "the gzip stream ends before its end"
                return b""


def _buffered(raw: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(raw, _PIECE_BYTES)
