"""What analysts computed: models, runs with their metrics and confusions, sets of truth; each stored once.

A run is keyed by all that decides its result. Storing it again changes nothing; storing another result under
the same key is refused. Left out: predictions, which are many (`predictions`).
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from . import partitions
from .bulk import upsert
from .database import Database
from .errors import ConflictError, MissingError, RowsError
from .records import Confusion, Metric, Model, Run, StoredRun, Transfer, TruthRow, canonical
from .tables import CONFUSION, METRIC, MODEL, RUN, TRANSFER, TRUTH

__all__ = ["Confusion", "Metric", "Model", "Results", "Run", "StoredRun", "Transfer", "TruthRow"]
SAME = 1e-9
"""Two values of a metric that are closer than this are the same: sums in another order differ by as much."""


class Results:
    """Models, runs and truth of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, model: Model) -> bool:
        """Note a model and make room for its predictions; whether it was new.

        Raises: ConflictError where the name is another model's; UnreachableError; FullError.
        """
        row = {**model._asdict(), "labels": canonical(model.labels), "description": canonical(model.description)}

        def work(connection: Connection) -> bool:
            if not claim(connection, MODEL, {**row, "made_at": now()}):
                stored = connection.execute(select(MODEL).where(MODEL.c.model == model.model)).mappings().one()
                for name in ("content_hash", "labels", "task"):
                    if stored[name] != row[name]:
                        raise ConflictError("model", model.model, name, stored[name], row[name])
                return False
            partitions.make(connection, model.model)
            return True

        return self._database.run(work)

    def model(self, name: str) -> Model:
        """One model.

        Raises: MissingError, naming those that are there.
        """
        known = {one.model: one for one in self.models()}
        if name not in known:
            raise MissingError("model", name, list(known))
        return known[name]

    def models(self, task: str | None = None) -> list[Model]:
        """All of them or those of a task, the oldest first."""
        query = select(MODEL).order_by(MODEL.c.made_at, MODEL.c.model)
        rows = self._all(query if task is None else query.where(MODEL.c.task == task))
        return [
            Model(r.model, r.task, tuple(json.loads(r.labels)), r.content_hash, json.loads(r.description)) for r in rows
        ]

    def save_run(
        self,
        run: Run,
        metrics: Sequence[Metric] = (),
        confusion: Sequence[Confusion] = (),
        transfers: Sequence[Transfer] = (),
    ) -> bool:
        """Store a run with all that belongs to it in one transaction; whether it was new.

        Of two analysts who store the same run at once, one stores it and the other finds it done.
        Raises: ConflictError where the same work gave another result; RowsError for a value that is no number.
        """
        figures = _figures(run.key, metrics, confusion)
        row = {
            **run._asdict(), "run": run.key, "provenance": canonical(run.provenance), "made_at": now(),
            "bytes_moved": sum(one.bytes_moved for one in transfers),
        }  # fmt: skip
        moved = [{"run": run.key, "number": n, **one._asdict()} for n, one in enumerate(transfers)]

        def work(connection: Connection) -> bool:
            if not claim(connection, RUN, row):
                _compare(connection, run, figures)
                return False
            for table, rows in (*figures.items(), (TRANSFER, moved)):
                upsert(connection, table, rows)
            return True

        return self._database.run(work)

    def runs(self, task: str | None = None, kind: str | None = None) -> list[StoredRun]:
        """All of them, or those of a task or kind, the newest first."""
        query = select(*(RUN.c[name] for name in StoredRun._fields)).order_by(RUN.c.made_at.desc(), RUN.c.run)
        for column, value in ((RUN.c.task, task), (RUN.c.kind, kind)):
            query = query if value is None else query.where(column == value)
        return [StoredRun(*row)._replace(provenance=json.loads(row.provenance)) for row in self._all(query)]

    def run(self, key: str) -> StoredRun:
        """The run whose key begins so.

        Raises: MissingError where none does, or several do.
        """
        known = [one for one in self.runs() if key and one.run.startswith(key)]
        if len(known) != 1:
            raise MissingError("run", key, [one.run for one in known or self.runs()])
        return known[0]

    def metrics(self, run: str) -> list[Metric]:
        """The figures of a run, by split, slice and name."""
        columns = [METRIC.c[name] for name in Metric._fields]
        query = select(*columns).where(METRIC.c.run == run).order_by(METRIC.c.split, METRIC.c.slice, METRIC.c.name)
        return [Metric(*row) for row in self._all(query)]

    def confusion(self, run: str) -> list[Confusion]:
        """The confusions of a run, by split, truth and label."""
        columns = [CONFUSION.c[name] for name in Confusion._fields]
        return [Confusion(*row) for row in self._all(select(*columns).where(CONFUSION.c.run == run).order_by(*columns))]

    def transfers(self, run: str) -> list[Transfer]:
        """The queries of a run, in their order."""
        columns = [TRANSFER.c[name] for name in Transfer._fields]
        return [
            Transfer(*row)
            for row in self._all(select(*columns).where(TRANSFER.c.run == run).order_by(TRANSFER.c.number))
        ]

    def drop_run(self, run: str) -> None:
        """Take a run away with its figures.

        Raises: MissingError.
        """
        key = self.run(run).run

        def work(connection: Connection) -> None:
            for table in (METRIC, CONFUSION, TRANSFER, RUN):
                connection.execute(delete(table).where(table.c.run == key))

        self._database.run(work)

    def save_truth(self, name: str, rows: Iterable[TruthRow], source_version: str) -> int:
        """Store a set of truth; how many rows were added or changed.

        Raises: RowsError where one item and text has two labels.
        """
        labels: dict[tuple[str, str], str] = {}
        for row in rows:
            if labels.setdefault((row.item, row.text_id), row.label) != row.label:
                found = f"{labels[row.item, row.text_id]!r} and {row.label!r} for item {row.item!r}"
                raise RowsError(f"truth {name}", "one label for each item", found)
        return self._database.run(lambda connection: _save_truth(connection, name, labels, source_version))

    def truth(self, name: str) -> list[TruthRow]:
        """A set of truth, by item; empty where there is none of this name."""
        columns = [TRUTH.c[field] for field in TruthRow._fields]
        query = select(*columns).where(TRUTH.c.name == name).order_by(TRUTH.c.item, TRUTH.c.text_id)
        return [TruthRow(*row) for row in self._all(query)]

    def _all(self, query: Select[Any]) -> Sequence[Any]:
        return self._database.run(lambda connection: connection.execute(query).all())


def claim(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Whether this row is new; a second process that claims the same waits here for the first."""
    insert: Any = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    counted = {"preserve_rowcount": True}
    done = connection.execute(insert.values(dict(row)).on_conflict_do_nothing(), execution_options=counted)
    return done.rowcount == 1


def now() -> str:
    """UTC, ISO 8601, to the microsecond, so that what is done one after the other is ordered."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _figures(key: str, metrics: Sequence[Metric], confusion: Sequence[Confusion]) -> dict[Table, list[dict[str, Any]]]:
    """The rows of both tables.

    Raises: RowsError where a value is no number, or two have one key.
    """
    for one in metrics:
        if not math.isfinite(one.value):
            raise RowsError(f"metric {one.name}", "a number", f"{one.value} on {one.split} {one.slice}".rstrip())
    figures = {table: [{"run": key, **row._asdict()} for row in rows]
               for table, rows in ((METRIC, metrics), (CONFUSION, confusion))}  # fmt: skip
    for table, rows in figures.items():
        keys = [tuple(row[c.name] for c in table.primary_key) for row in rows]
        twice = [one for one in set(keys) if keys.count(one) > 1] if len(set(keys)) < len(keys) else []
        if twice:
            raise RowsError(table.name, "each figure once", f"{' '.join(filter(None, twice[0][1:]))} twice")
    return figures


def _compare(connection: Connection, run: Run, figures: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    """Raises: ConflictError, naming the first figure that is not the stored one."""
    for table, value in ((METRIC, "value"), (CONFUSION, "rows")):
        names = [column.name for column in table.primary_key][1:]
        rows = connection.execute(select(table).where(table.c.run == run.key)).mappings()
        stored = {tuple(row[name] for name in names): row[value] for row in rows}
        given = {tuple(row[name] for name in names): row[value] for row in figures[table]}
        for key in sorted(stored.keys() | given.keys()):
            before, after = stored.get(key), given.get(key)
            if before is None or after is None or abs(before - after) > SAME:
                raise ConflictError("run", run.key, " ".join(filter(None, key)), before, after)


def _save_truth(connection: Connection, name: str, labels: Mapping[tuple[str, str], str], source_version: str) -> int:
    """Make the set what it shall be; a row that stays keeps the version that it came with."""
    query = select(TRUTH.c.item, TRUTH.c.text_id, TRUTH.c.label).where(TRUTH.c.name == name)
    stored = {(row.item, row.text_id): row.label for row in connection.execute(query)}
    gone = stored.keys() - labels.keys()
    for item, text_id in gone:
        connection.execute(delete(TRUTH).where(TRUTH.c.name == name, TRUTH.c.item == item, TRUTH.c.text_id == text_id))
    shared = {"name": name, "source_version": source_version, "loaded_at": now()}
    changed = [
        {**shared, "item": item, "text_id": text_id, "label": label}
        for (item, text_id), label in labels.items()
        if stored.get((item, text_id)) != label
    ]
    return upsert(connection, TRUTH, changed) + len(gone)
