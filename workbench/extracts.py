"""Extracts: rows that were chosen, as one Parquet file beside its provenance, the same file for the same question.

    <folder>/data.parquet        in the order of item, then of all columns, whichever engine computed it
    <folder>/provenance.json     the question, versions of the data, seed, counts, bytes moved, SHA-256 of the file

Both are written beside and moved at once, so nobody reads half of one. Left out: what is chosen (`select`).
"""

# ruff: noqa: S608  # every name and text in SQL is quoted by _name and _text

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from .errors import ColumnError, SourceError, SplitError, StorageError, SubsetError
from .split import SPLIT

DATA, PROVENANCE = "data.parquet", "provenance.json"


@dataclass(frozen=True)
class Extract:
    """A Parquet file and what it is; `cached` where it was there already and nothing moved."""

    path: str
    provenance: Mapping[str, Any]
    cached: bool = False

    @property
    def rows(self) -> int:
        return int(self.provenance["rows"])

    @property
    def key(self) -> str:
        """Of the question and the data's versions."""
        return str(self.provenance["key"])


@dataclass(frozen=True)
class Shape:
    """What the columns of an extract are; `parts` are the names that must all have rows, where there is a split."""

    place: str
    item: str | None
    is_split: bool
    text: str | None = None
    label: str | None = None
    parts: tuple[str, ...] = ()


def load(folder: str) -> Extract:
    """The extract in a folder, checked.

    Raises: SourceError where there is none, or its data are not those of its provenance.
    """
    path = os.path.join(folder, DATA)
    try:
        with open(os.path.join(folder, PROVENANCE), encoding="utf-8") as file:
            provenance = json.load(file)
        found = _sha256(path)
    except (OSError, ValueError) as error:
        raise SourceError(folder, f"{DATA} and {PROVENANCE}", str(error)) from error
    if found != provenance.get("sha256"):
        raise SourceError(path, f"SHA-256 {provenance.get('sha256')}", found)
    return Extract(path, provenance)


def write(
    folder: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema, shape: Shape, provenance: Mapping[str, Any]
) -> Extract:
    """Write an extract, or nothing; of two who write the same at once, the first one's stays.

    Raises: SubsetError for no rows, or a part without any; SplitError for an item in two parts; ColumnError for rows
    without an item; StorageError; whatever reading `batches` raises.
    """
    with beside(folder) as work, _local(work) as local:
        _collect(os.path.join(work, "arrived.parquet"), batches, schema)
        _sort(local, work, schema.names, shape.item)
        counts = _checked(local, os.path.join(work, DATA), shape)
        path = os.path.join(work, DATA)
        told = {**provenance, **counts, "size_bytes": os.path.getsize(path), "sha256": _sha256(path)}
        _write_json(os.path.join(work, PROVENANCE), told)
    return load(folder)


def told_after(folder: str, more: Mapping[str, Any]) -> Extract:
    """The extract with what is known only once all is written."""
    extract = load(folder)
    parent, path = os.path.dirname(os.path.abspath(folder)), os.path.join(folder, PROVENANCE)
    with _work(parent) as work:  # of our own, as another may write the same now
        new = os.path.join(work, PROVENANCE)
        _write_json(new, {**extract.provenance, **more})
        os.replace(new, path)
    return load(folder)


@contextmanager
def beside(folder: str) -> Iterator[str]:
    """A folder of ours that becomes `folder` at the end, unless another was first. Raises: StorageError."""
    with _work(os.path.dirname(os.path.abspath(folder))) as work:
        yield work
        os.chmod(work, 0o755)  # noqa: S103  # as every folder that is not a secret
        for name in os.listdir(work):
            if name not in (DATA, PROVENANCE):
                shutil.rmtree(os.path.join(work, name)) if os.path.isdir(os.path.join(work, name)) else os.remove(
                    os.path.join(work, name)
                )
        _move(work, folder)


@contextmanager
def _work(parent: str) -> Iterator[str]:
    """A folder that nobody else writes to, gone afterwards. Raises: StorageError."""
    try:
        os.makedirs(parent, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".extract-", dir=parent, ignore_cleanup_errors=True) as work:
            yield work
    except OSError as error:
        raise StorageError(parent, str(error)) from error


def _write_json(path: str, value: Mapping[str, Any]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def _move(work: str, folder: str) -> None:
    try:
        os.rename(work, folder)
    except OSError:
        if not os.path.exists(os.path.join(folder, PROVENANCE)):
            raise


@contextmanager
def _local(work: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB over files of this machine, which spills beside them."""
    options: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(config=options)
    try:
        connection.execute("SET temp_directory = ?", [os.path.join(work, "spill")])
        yield connection
    except duckdb.Error as error:
        raise StorageError(work, str(error)) from error
    finally:
        connection.close()


def _collect(path: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _sort(local: duckdb.DuckDBPyConnection, work: str, names: Iterable[str], item: str | None) -> None:
    """Engines give rows in any order, and training by a seed depends on it."""
    order = ", ".join(_name(name) for name in sorted(names, key=lambda name: name != item))
    arrived, path = (_text(os.path.join(work, name)) for name in ("arrived.parquet", DATA))
    local.execute(
        f"COPY (SELECT * FROM read_parquet({arrived}) ORDER BY {order}) TO {path} (FORMAT parquet, COMPRESSION zstd)"
    )


def _checked(local: duckdb.DuckDBPyConnection, path: str, shape: Shape) -> dict[str, Any]:
    """The counts of an extract. Raises: as `write`."""
    data = f"read_parquet({_text(path)})"
    rows = _one(local, f"SELECT count(*) FROM {data}")[0]
    if not rows:
        raise SubsetError(shape.place, 0, "at least one; the condition leaves none")
    counts: dict[str, Any] = {"rows": rows}
    if shape.item:
        item = _name(shape.item)
        items, without = _one(local, f"SELECT count(DISTINCT {item}), count(*) - count({item}) FROM {data}")
        if without:
            raise ColumnError(shape.place, shape.item, "a value in every row", f"none in {without:,} of {rows:,}")
        counts["items"] = items
    if shape.is_split and shape.item:
        counts |= _checked_parts(local, data, shape)
    if shape.label:
        counts["labels"] = _counted(local, data, shape.label)
    return counts


def _checked_parts(local: duckdb.DuckDBPyConnection, data: str, shape: Shape) -> dict[str, Any]:
    item = _name(str(shape.item))
    both = (
        f"SELECT {item} AS one FROM {data} GROUP BY 1 HAVING count(DISTINCT {SPLIT}) > 1 OR count({SPLIT}) < count(*)"
    )
    items, example = _one(local, f"SELECT count(*), CAST(min(one) AS VARCHAR) FROM ({both})")
    if items:
        raise SplitError(shape.place, items, example)
    parts = _counted(local, data, SPLIT)
    for name in shape.parts:
        if name not in parts:
            raise SubsetError(f"{shape.place}, part {name}", 0, f"at least one; there are {_shown(parts)}")
    counts: dict[str, Any] = {"split_rows": parts}
    if shape.text:
        text = _name(shape.text)
        same = f"SELECT {text} FROM {data} GROUP BY 1 HAVING count(DISTINCT {SPLIT}) > 1"
        counts["texts_in_several_parts"] = _one(local, f"SELECT count(*) FROM ({same})")[0]
    return counts


def _counted(local: duckdb.DuckDBPyConnection, data: str, column: str) -> dict[str, int]:
    rows = local.execute(f"SELECT CAST({_name(column)} AS VARCHAR), count(*) FROM {data} GROUP BY 1 ORDER BY 2 DESC, 1")
    return {"" if name is None else name: count for name, count in rows.fetchall()}


def _one(local: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = local.execute(sql).fetchone()
    assert row is not None  # noqa: S101  # aggregates have one row
    return tuple(row)


def _shown(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _sha256(path: str) -> str:
    digest = sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
