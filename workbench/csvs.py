"""Ad hoc CSV files as Arrow: encoding and delimiter are found out, and every value error names line and column.

    encoding    UTF-8 (with or without its mark), UTF-16 (with its mark), otherwise Windows-1252
    delimiter   comma, semicolon, tab or bar: the one that gives the same number of columns most often
    types       whole numbers, decimal numbers, true and false, otherwise text; "" is no value; 007 stays text

Left out: files that are larger than memory; those should be Parquet.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from . import files
from .errors import CsvError, SourceError
from .settings import SourceSpec

DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200
"""Records from which the delimiter is found out."""
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"[+-]?(\d{1,17}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_LEADING_ZERO = re.compile(r"[+-]?0\d")
_TOO_LONG = re.compile(r"[+-]?\d{19,}")
"""Whole, but 64 bits may not hold it: a name, or a number that float64 would change."""
_FLAGS = {"true": True, "false": False}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(spec: SourceSpec, types: Mapping[str, str] | None = None) -> pa.Table:
    """The file as a table; `types` says what columns must be: string, int64, float64 or boolean.

    Raises: CsvError with line and column; SourceError; UnreachableError.
    """
    text, _ = decoded(spec.address, files.content(spec.address), spec.encoding)
    delimiter = spec.delimiter or found_delimiter(text)
    records = _records(spec.address, text, delimiter)
    header = next(records, None)
    if header is None:
        raise CsvError(spec.address, 1, "", "a line with the names of columns", "an empty file")
    names = _names(spec.address, header[1])
    lines, rows = _rows(spec.address, names, records)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    for name in types or {}:
        if name not in names:
            raise CsvError(spec.address, 1, name, "a column of that name", f"only {', '.join(names)}")
    arrays = {
        name: _column(spec.address, name, values, lines, (types or {}).get(name))
        for name, values in zip(names, columns, strict=True)
    }
    return pa.table(arrays)


def decoded(path: str, content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and its encoding. Raises: SourceError for an encoding that does not fit."""
    chosen = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if chosen is None:
        try:
            return content.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            chosen = "windows-1252"
    try:
        return content.decode(chosen), chosen
    except LookupError:
        raise SourceError(path, "an encoding such as utf-8 or windows-1252", repr(chosen)) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"byte {content[error.start]:#04x}, which {chosen} does not have; name the encoding"
        raise CsvError(path, line, "", f"text in {chosen}", found) from error


def found_delimiter(text: str) -> str:
    r"""The delimiter of a CSV text, a comma where nothing tells.

    >>> found_delimiter('a;b\n"1,5";2\n')
    ';'
    """

    def fit(delimiter: str) -> tuple[float, int]:
        """The part of the records with the commonest number of columns, and that number; one column is no fit."""
        try:
            records = islice(csv.reader(io.StringIO(text), delimiter=delimiter), _LOOKED_AT)
            widths = [len(row) for row in records if row]
        except csv.Error:
            return 0.0, 0
        width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (times / len(widths), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=fit)


def _records(path: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins in; blank lines are none."""
    csv.field_size_limit(2**31 - 1)
    reader, begun = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise CsvError(path, begun, "", "quotes that close", str(error)) from error
        if row is None:
            return
        if row:
            yield begun, row
        begun = reader.line_num + 1


def _names(path: str, header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    for place, name in enumerate(names):
        if not name:
            raise CsvError(path, 1, str(place + 1), "a name of the column", "nothing")
        if name in names[:place]:
            raise CsvError(path, 1, name, "a name that is there once", "it twice")
    return names


def _rows(path: str, names: list[str], records: Iterator[tuple[int, list[str]]]) -> tuple[list[int], list[list[str]]]:
    lines, rows = [], []
    for line, row in records:
        if len(row) != len(names):
            raise CsvError(path, line, "", f"{len(names)} values", str(len(row)))
        lines.append(line)
        rows.append(row)
    return lines, rows


def _column(path: str, name: str, values: tuple[str, ...], lines: list[int], wanted: str | None) -> pa.Array:
    kind = wanted or _kind(values)
    if kind == "string":
        return pa.array([value or None for value in values], pa.string())
    made: list[Any] = []
    for line, value in zip(lines, values, strict=True):
        text = value.strip()
        if text and not _fits(text, kind):
            raise CsvError(path, line, name, kind, repr(value[:40]))
        made.append(_value(text, kind) if text else None)
    return pa.array(made, {"int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}[kind])


def _kind(values: tuple[str, ...]) -> str:
    """The narrowest type that all values have; of no value, text."""
    texts = {value.strip() for value in values} - {""}
    if not texts or any((_LEADING_ZERO.match(text) and "." not in text) or _TOO_LONG.fullmatch(text) for text in texts):
        return "string"
    return next((kind for kind in ("int64", "float64", "boolean") if all(_fits(t, kind) for t in texts)), "string")


def _fits(text: str, kind: str) -> bool:
    match kind:
        case "int64":
            return _INTEGER.fullmatch(text) is not None
        case "float64":
            return _FLOAT.fullmatch(text) is not None
        case "boolean":
            return text.lower() in _FLAGS
        case _:
            return kind == "string"


def _value(text: str, kind: str) -> int | float | bool:
    return int(text) if kind == "int64" else float(text) if kind == "float64" else _FLAGS[text.lower()]
