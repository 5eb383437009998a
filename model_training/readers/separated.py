"""Files of separated values with a header: commas, semicolons, tabs or bars, found by the header itself.

The separator is the one by which the header has the columns that are asked for, so nothing is guessed from the
rows. Quotes are those of RFC 4180; in a file of tabs that makes no sense with them, and whose lines all have as many
tabs, they are letters like others.
Left out: files without a header.
"""

import csv
import io
from collections.abc import Iterator

from ..errors import DataError
from .record import Record, Records, check_columns

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
Row = tuple[int, list[str]]
"""The line that a row begins on, and its fields; none for a blank line."""


def read(path: str, content: str, text: str, label: str) -> Records:
    """The records of the columns named `text` and `label`.

    Raises: DataError, naming line and column, by the first thing that does not fit.
    """
    separator = _separator(path, content, text, label)
    try:
        return _records(path, _rows(path, content, separator), separator, text, label)
    except DataError:
        if separator == "\t" and _is_plain(content):
            return _records(path, _plain_rows(content), separator, text, label)
        raise


def _records(path: str, rows: Iterator[Row], separator: str, text: str, label: str) -> Records:
    names = _header(rows)
    check_columns(path, (text, label), names)
    at_text, at_label = names.index(text), names.index(label)
    blank, records = 0, []
    for line, fields in rows:
        if len(fields) == len(names):
            records.append(Record(line, fields[at_text], fields[at_label]))
        elif fields:
            expected = f"{len(names)} columns with a {SEPARATORS[separator]} between, as in the header"
            raise DataError(path, line, expected, str(len(fields)), unit="line")
        else:
            blank += 1
    return Records(f"values with a {SEPARATORS[separator]} between", "line", blank, records)


def _separator(path: str, content: str, text: str, label: str) -> str:
    """The one that gives both columns; else, for the message, the one that gives most."""
    headers: dict[str, list[str]] = {}
    for separator in SEPARATORS:
        try:
            headers[separator] = _header(_rows(path, content, separator))
        except DataError:
            continue  # a header that this separator makes no sense of
    for separator, header in headers.items():
        if {text, label} <= {*header}:
            return separator
    return max(headers, key=lambda separator: len(headers[separator]), default=",")


def _header(rows: Iterator[Row]) -> list[str]:
    return [name.strip() for name in next((fields for _, fields in rows if fields), [])]


def _rows(path: str, content: str, separator: str) -> Iterator[Row]:
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))  # a text may be as long as it likes
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            open_quote = "unexpected end" in str(error)
            found = "the end of the file" if open_quote else f"{error} (line {reader.line_num})"
            expected = "the closing quote of a field" if open_quote else 'a quote doubled ("") inside a quoted field'
            raise DataError(path, line, expected, found, unit="line") from error
        yield line, fields


def _is_plain(content: str) -> bool:
    """Whether each line that is not blank has as many tabs as the first, so that no quote holds any."""
    return len({line.count("\t") for line in io.StringIO(content, newline="") if line.strip("\r\n")}) == 1


def _plain_rows(content: str) -> Iterator[Row]:
    return ((line, _plain(row)) for line, row in enumerate(io.StringIO(content, newline=""), 1))


def _plain(row: str) -> list[str]:
    r"""A line's fields, without the quotes around a whole field.

    >>> _plain('"Wow", he said\t"a ""b"" c"\n')
    ['"Wow", he said', 'a "b" c']
    """
    fields = row.rstrip("\r\n").split("\t") if row.strip("\r\n") else []
    return [f[1:-1].replace('""', '"') if len(f) > 1 and f[0] == f[-1] == '"' else f for f in fields]
