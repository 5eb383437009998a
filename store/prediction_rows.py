"""Rows of predictions from Arrow into the table: checked first, then by COPY on PostgreSQL.

    PostgreSQL   COPY into the partition; where a key is there already, COPY beside it and INSERT ... ON CONFLICT
    SQLite       INSERT ... ON CONFLICT, prepared once for all rows

Left out: batches and transactions (`predictions`).
"""

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import Column, Connection, MetaData, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from .bulk import copying, on_conflict
from .errors import RowsError
from .partitions import name as partition
from .records import Model
from .tables import PREDICTION, SCORES

_NEEDED = {"item": pa.string(), "text_id": pa.string(), "label": pa.string(), "score": pa.float64()}
_OPTIONAL = {"position": pa.int64(), "reliable": pa.bool_(), "known": pa.float64()}
_ROWS = 50_000
"""Rows of text at a time, some 5 MB."""


def checked(model: Model, source: str, rows: pa.Table) -> pa.Table:
    """The columns of `tables.PREDICTION` that there are, each of its type.

    Raises: RowsError, naming the first thing that is wrong.
    """
    what = f"predictions of {model.model} for {source}"
    rows = _named(model, rows)
    kinds = {**_NEEDED, **{name: kind for name, kind in _OPTIONAL.items() if name in rows.column_names}}
    kinds |= {name: pa.float64() for name in _scores(what, model, rows)}
    columns = {name: _column(what, name, kind, rows) for name, kind in kinds.items()}
    _check_labels(what, model, columns["label"])
    same = {"model": pa.repeat(model.model, rows.num_rows), "source": pa.repeat(source, rows.num_rows)}
    table = pa.table({**same, **columns})
    _check_keys(what, table)
    return table


def load(connection: Connection, table: pa.Table) -> int:
    """Put checked rows in; how many were added or changed."""
    if not table.num_rows:
        return 0
    if connection.dialect.name == "sqlite":
        return _into_sqlite(connection, table)
    try:
        with connection.begin_nested():
            _copy(connection, partition(table["model"][0].as_py()), table)
            return int(table.num_rows)
    except IntegrityError:
        return _merge(connection, table)


def _named(model: Model, rows: pa.Table) -> pa.Table:
    """Score columns by their own names; a label that is called as a column of the table is not meant by it."""
    if len(model.labels) > SCORES:
        return rows
    places = {label: f"score_{n}" for n, label in enumerate(model.labels) if label not in PREDICTION.c}
    return rows.rename_columns([places.get(name, name) for name in rows.column_names])


def _scores(what: str, model: Model, rows: pa.Table) -> list[str]:
    """The score columns that are to be stored: one for each label, or none."""
    expected = [f"score_{n}" for n in range(len(model.labels))] if len(model.labels) <= SCORES else []
    found = [name for name in rows.column_names if name in PREDICTION.c and name.startswith("score_")]
    if found and sorted(found) != sorted(expected):
        there = f"score_0 to score_{len(model.labels) - 1}" if expected else f"none for more than {SCORES} labels"
        raise RowsError(what, f"score columns {there}, or none", ", ".join(found))
    return found


def _column(what: str, name: str, kind: pa.DataType, rows: pa.Table) -> pa.ChunkedArray:
    if name not in rows.column_names:
        raise RowsError(what, f"a column {name!r}", f"none; there are {', '.join(rows.column_names)}")
    try:
        column = rows[name].cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise RowsError(what, f"{kind} in column {name!r}", f"{rows[name].type}") from error
    if name not in _OPTIONAL and column.null_count:
        raise RowsError(what, f"a value in every row of {name!r}", f"none in row {_first(pc.is_null(column)) + 1:,}")
    if kind == pa.float64() and (bad := _first(pc.invert(pc.is_finite(column)))) >= 0:
        raise RowsError(what, f"numbers in {name!r}", f"{column[bad].as_py()} in row {bad + 1:,}")
    if kind == pa.string() and (bad := _first(pc.match_substring(column, "\0"))) >= 0:
        raise RowsError(what, f"text in {name!r}", f"the character U+0000 in row {bad + 1:,}")
    return column


def _first(mask: pa.ChunkedArray) -> int:
    """The row of the first true value; -1 where there is none."""
    return int(pc.index(mask, True).as_py())


def _check_labels(what: str, model: Model, column: pa.ChunkedArray) -> None:
    unknown = sorted(set(pc.unique(column).to_pylist()) - set(model.labels))
    if unknown:
        raise RowsError(what, f"labels of {', '.join(model.labels[:10])}", ", ".join(map(repr, unknown[:3])))


def _check_keys(what: str, table: pa.Table) -> None:
    groups = table.select(["item", "text_id"]).group_by(["item", "text_id"]).aggregate([([], "count_all")])
    if groups.num_rows < table.num_rows:
        item, text_id, times = groups.filter(pc.greater(groups["count_all"], 1)).slice(0, 1).to_pylist()[0].values()
        raise RowsError(what, "each text once", f"item {item!r}, text {text_id!r} {times} times")


def _into_sqlite(connection: Connection, table: pa.Table) -> int:
    insert = on_conflict(PREDICTION, sqlite.insert(PREDICTION), replace=True, columns=table.column_names)
    changed = 0
    for batch in table.to_batches(_ROWS):
        changed += connection.execute(insert, batch.to_pylist()).rowcount
    return changed


def _copy(connection: Connection, place: str, table: pa.Table) -> None:
    """In CSV an empty text is quoted and a null is not."""
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    with copying(connection, f"COPY {place} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for piece in _texts(table):
            copy.write(piece)


def _texts(table: pa.Table) -> Iterator[bytes]:
    for batch in table.to_batches(_ROWS):
        written = io.BytesIO()
        csv.write_csv(batch, written, csv.WriteOptions(include_header=False))
        yield written.getvalue()


def _merge(connection: Connection, table: pa.Table) -> int:
    names = table.column_names
    staging = Table("new_prediction", MetaData(), *(Column(n, PREDICTION.c[n].type) for n in names))
    connection.execute(text("CREATE TEMPORARY TABLE new_prediction (LIKE prediction) ON COMMIT DROP"))
    _copy(connection, staging.name, table)
    insert = postgresql.insert(PREDICTION).from_select(names, staging.select())
    merge = on_conflict(PREDICTION, insert, replace=True, columns=names)
    changed = connection.execute(merge, execution_options={"preserve_rowcount": True}).rowcount
    connection.execute(text("DROP TABLE new_prediction"))
    return changed
