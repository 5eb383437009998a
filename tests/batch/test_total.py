"""How many rows there are, about, counted beside the work."""

import gzip
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from batch.dealing import Piece
from batch.inputs import find
from batch.records import Columns
from batch.total import Total


def counted(pieces: list[Piece]) -> int | None:
    total = Total(pieces)
    deadline = time.monotonic() + 20
    while total.rows is None and time.monotonic() < deadline and not _is_s3(pieces):
        time.sleep(0.01)
    return total.rows


def _is_s3(pieces: list[Piece]) -> bool:
    return any(piece.source.path.startswith("s3:") for piece in pieces)


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    """100 rows in each of four forms, the last without a line's end."""
    lines = [f"{n},good" for n in range(100)]
    (tmp_path / "a.csv").write_text("\n".join(["id,text", *lines]) + "\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("\n".join(["id,text", *lines, ""]).encode()))
    (tmp_path / "c.jsonl").write_text("\n".join(f'{{"id": {n}, "text": "good"}}' for n in range(100)))
    parquet.write_table(pa.table({"id": range(100), "text": ["good"] * 100}), tmp_path / "d.parquet")
    return [Piece(source) for source in find(str(tmp_path), Columns())]


def test_rows_of_every_form(pieces: list[Piece]):
    """A header is no row."""
    assert [counted([piece]) for piece in pieces] == [100, 100, 100, 100]
    assert counted(pieces) == 400


def test_a_part_is_as_long_as_it_says(pieces: list[Piece]):
    """Its file is not looked at."""
    nowhere = pieces[0].source._replace(path="/nowhere")
    assert counted([Piece(nowhere, 10, 35)]) == 25


def test_an_object_elsewhere_is_not_counted(pieces: list[Piece]):
    """Its rows are known when they have been read."""
    assert counted([Piece(pieces[0].source._replace(path="s3://bucket/a.csv"))]) is None
