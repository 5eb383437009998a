"""The rows of an output, Parquet or lines of JSON, in pieces that begin at the same places each time.

Lines of the S3 door have no item: it is the file's name, and the text's id is the line's own or its number; lines that
tell an error are passed over. Left out: which columns the store takes (`store.prediction_rows`).
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from store.predictions import score_columns
from store.records import Model

from . import given
from .errors import SourceError
from .outputs import Output

ROWS = 50_000
"""Of a batch: one transaction, some 10 MB."""
_TEXTS, _NUMBERS = ("label",), ("score", "known")


class Piece(NamedTuple):
    """Rows `first` to below `past` of an object, counted from 0; `is_last` where none follow."""

    first: int
    past: int
    is_last: bool
    rows: pa.Table


def pieces(path: str, output: Output, model: Model, count: int = ROWS) -> Iterator[Piece]:
    """The rows of a local copy, `count` at a time, at the same places each time; at least one piece.

    Raises: SourceError, naming the line and the field but not what it holds.
    """
    is_parquet = output.key.endswith(".parquet")
    tables = _parquet(path, output.key, count) if is_parquet else _jsonl(path, output, model, count)
    first, held = 0, next(tables)
    for table in tables:
        yield Piece(first, first + held.num_rows, is_last=False, rows=held)
        first, held = first + held.num_rows, table
    yield Piece(first, first + held.num_rows, is_last=True, rows=held)


def _parquet(path: str, key: str, count: int) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            any_rows = False
            for batch in file.iter_batches(count):
                any_rows = True
                yield pa.Table.from_batches([batch])
            if not any_rows:
                yield schema.empty_table()
    except pa.ArrowInvalid as error:
        raise SourceError(key, "a Parquet file", "something else, or a damaged one") from error


def _jsonl(path: str, output: Output, known: Model, count: int) -> Iterator[pa.Table]:
    rows: list[dict[str, Any]] = []
    opened = gzip.open(path, "rb") if output.key.endswith(".gz") else open(path, "rb")  # noqa: SIM115
    item = output.key.rpartition("/")[2].partition(".jsonl")[0]
    scores = score_columns(known.labels)
    with opened as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip() and (row := _row(line, f"{output.key}, line {number:,}", item, number, scores)):
                    rows.append(row)
                if len(rows) == count:
                    yield _table(rows)
                    rows = []
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(output.key, "a whole gzip file", "a damaged one") from error
    yield _table(rows)


def _row(line: bytes, place: str, item: str, number: int, scores: Mapping[str, str]) -> dict[str, Any] | None:
    """One row with its columns; None for a line that tells an error."""
    found = given.fields(line, place)
    if "error" in found:
        return None
    row: dict[str, Any] = {"item": given.identity(found.get("item", item), f"{place}, item")}
    own = found.get("text_id", found.get("id"))
    row["text_id"] = str(number) if own is None else given.identity(own, f"{place}, text_id")
    row |= {name: given.of_kind(found.get(name), str, "a text", f"{place}, {name}") for name in _TEXTS}
    there = [name for name in _NUMBERS if name == "score" or found.get(name) is not None]
    row |= {name: given.number(found.get(name), f"{place}, {name}") for name in there}
    for name, kind, told in (("position", int, "a whole number"), ("reliable", bool, "true or false")):
        if found.get(name) is not None:
            row[name] = given.of_kind(found[name], kind, told, f"{place}, {name}")
    if scores and found.get("scores") is not None:
        of_label = given.of_kind(found["scores"], dict, "an object", f"{place}, scores")
        row |= {at: given.number(of_label.get(label), f"{place}, scores") for label, at in scores.items()}
    return row


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    kinds = {"item": pa.string(), "text_id": pa.string(), "label": pa.string(), "score": pa.float64()}
    kinds |= {"position": pa.int64(), "reliable": pa.bool_()}
    names = dict.fromkeys([*list(kinds)[:4], *(name for row in rows for name in row)])
    return pa.table({name: pa.array([row.get(name) for row in rows], kinds.get(name, pa.float64())) for name in names})
