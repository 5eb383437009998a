"""Parquet files by pyarrow: three columns are read, a few thousand rows at a time.

A file that cannot be opened is one bad row; a damaged row group is a bad row for each of its rows.
Left out: columns below the first level.
"""

import io
from collections.abc import Iterator
from typing import Any

from ..columns import Chosen, choose
from ..errors import InputError, InputUnreachable
from ..records import Bad, Columns, Record
from .row import Fields, row

_BATCH_ROWS = 4096
_BATCH_BYTES = 1 << 22
_BUFFER_BYTES = 1 << 18
_DAMAGED = "the row group that it is in is damaged"
_NO_FILE = "no Parquet, or a file that is cut"


class Parquet:
    """A file and the columns of it that count; `total` is its number of rows."""

    def __init__(self, file: io.BufferedReader, path: str) -> None:
        from pyarrow import ArrowException, parquet

        try:
            self._file = parquet.ParquetFile(
                file, buffer_size=_BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True
            )
        except (ArrowException, OSError) as error:
            _raise_unless_damage(path, error)
            self._file = None
        self._path = path
        self.total: int = self._file.metadata.num_rows if self._file else 1
        self._chosen = Chosen("", None, None)

    def choose(self, asked: Columns) -> None:
        """Raises: InputError where there are no such columns, or no texts in that of the text."""
        if self._file is None:
            return
        schema = self._file.schema_arrow
        self._chosen = choose(self._path, schema.names, asked)
        kind = schema.field(self._chosen.text).type
        if not _holds_texts(kind):
            raise InputError(self._path, f"texts in the column {self._chosen.text!r}", f"values of type {kind}")

    def rows(self, name: str, first: int, past: int | None) -> Iterator[Record | Bad]:
        """The rows from `first` to before `past`; other row groups are not touched."""
        if self._file is None:
            yield from (Bad(0, 1, _NO_FILE) for _ in range(first < 1 and past != 0))
            return
        end = self.total if past is None else min(past, self.total)
        start = 0
        for group in range(self._file.num_row_groups):
            after = start + self._file.metadata.row_group(group).num_rows
            if start < end and after > first:
                yield from self._within(name, group, range(start, after), range(max(start, first), min(after, end)))
            start = after

    def _within(self, name: str, group: int, numbers: range, wanted: range) -> Iterator[Record | Bad]:
        from pyarrow import ArrowException

        after = numbers.start
        try:
            for number, fields in enumerate(self._values(group), numbers.start):
                if number >= wanted.stop:
                    return
                after = number + 1
                if number >= wanted.start:
                    yield row(name, number, number + 1, fields)
        except (ArrowException, OSError) as error:
            _raise_unless_damage(self._path, error)
        yield from (Bad(number, number + 1, _DAMAGED) for number in range(max(after, wanted.start), wanted.stop))

    def _values(self, group: int) -> Iterator[Fields]:
        names = [name for name in self._chosen if name is not None]
        batches = self._file.iter_batches(
            self._batch_rows(group, names), row_groups=[group], columns=names, use_threads=False
        )
        for batch in batches:
            by_name = {name: _list(batch.column(name)) for name in names}
            nothing = [None] * batch.num_rows
            yield from zip(*(by_name[name] if name else nothing for name in self._chosen), strict=True)

    def _batch_rows(self, group: int, names: list[str]) -> int:
        """As many as fill a few megabytes, were all of one size."""
        about = self._file.metadata.row_group(group)
        chunks = [about.column(index) for index in range(about.num_columns)]
        size = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema in names)
        fitting: int = _BATCH_BYTES * about.num_rows // max(1, size)
        return max(1, min(_BATCH_ROWS, fitting))


def _raise_unless_damage(path: str, error: Exception) -> None:
    """Damage is told by an OSError too, but by one without the system's number."""
    if isinstance(error, OSError) and error.errno is not None:
        raise InputUnreachable(path, error.strerror or "none") from error


def _holds_texts(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _holds_texts(kind.value_type)
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_null)
    return any(test(kind) for test in (*tests, types.is_binary, types.is_large_binary))


def _list(column: Any) -> list[Any]:
    """The values; bytes as text, those that are no UTF-8 as they are."""
    from pyarrow import large_binary, types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        values = column.cast(large_binary()).to_pylist()
    return [_decoded(value) if isinstance(value, bytes) else value for value in values]


def _decoded(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
