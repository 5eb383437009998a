"""Runs: what was computed, by whom and when, its main figures and the bytes that it moved.

Runs of the store are everybody's; the extracts of this folder are shown among them, as they moved bytes too.
Left out: holding runs against each other (`compare`).
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from store import address, schema
from store.database import Database, open_database
from store.results import Metric, Results, StoredRun

from . import replicas
from .errors import RunError
from .extracts import PROVENANCE
from .settings import Settings

FRESH_S = 0.0
"""What was stored before one asks is told; a replica that is behind is waited for."""
_MAIN = ("macro_f1", "balanced_accuracy", "accuracy")
_MAIN_OF_ITEMS = ("balanced_accuracy", "macro_f1", "accuracy")
"""A media classifier is judged by the first, as its report does."""


class RunLine(NamedTuple):
    """A run in short; `figures` are those of whole splits, as "test macro_f1"."""

    run: str
    kind: str
    task: str
    model: str | None
    made_at: str
    made_by: str
    rows: int
    seconds: float
    bytes_moved: int
    figures: dict[str, float]

    @property
    def main(self) -> str:
        """The figure that one looks at first; "" where there is none."""
        for wanted in _MAIN_OF_ITEMS if self.kind == "cross-validate" else _MAIN:
            for name, value in self.figures.items():
                if name.endswith(f" {wanted}"):
                    return f"{name} {value:.3f}"
        return ""


def runs(
    settings: Settings, task: str | None = None, kind: str | None = None, limit: int | None = None
) -> list[RunLine]:
    """Runs of a task and kind or of all, the newest first; extracts are of the kind `select`.

    Raises: UnreachableError; ReplicaError; SettingsError.
    """
    with opened(settings) as results:
        found = [_stored(results, one) for one in results.runs(task, kind)[:limit]]
    if task is None and kind in (None, "select"):
        found += [_extract(one) for one in extracts(settings)]
    return sorted(found, key=lambda one: (one.made_at, one.run), reverse=True)[:limit]


@contextmanager
def opened(settings: Settings) -> Iterator[Results]:
    """The store to read from: a replica that is up to date where one is set."""
    if not settings.replica:
        with open_database(settings.store) as database:
            yield Results(database)
        return
    with replicas.told(settings):
        database = Database(address.parse(replicas.reading(settings, FRESH_S)))
        try:
            _check(database)
            yield Results(database)
        finally:
            database.close()


def _check(database: Database) -> None:
    """A replica takes no tables, so they must be there. Raises: RunError."""
    found, needed = database.run(schema.version), schema.newest()
    if found != needed:
        way_out = "python -m store upgrade URL makes the tables on the primary"
        raise RunError(database.where, f"schema {needed}", f"{found or 'none'}; {way_out}")


def extracts(settings: Settings) -> list[dict[str, Any]]:
    """The provenance of every extract of this folder."""
    folder = os.path.join(settings.folder, "extracts")
    found = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name, PROVENANCE)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found.append(json.load(file))
    return found


def whole(metrics: list[Metric]) -> dict[str, float]:
    """The figures of whole splits.

    >>> whole([Metric("test", "f1", 0.5, 9), Metric("test", "f1", 0.4, 3, slice="label=sad")])
    {'test f1': 0.5}
    """
    return {f"{one.split} {one.name}": one.value for one in metrics if not one.slice}


def _stored(results: Results, run: StoredRun) -> RunLine:
    return RunLine(
        run.run, run.kind, run.task, run.model, run.made_at, run.made_by, run.rows, run.seconds, run.bytes_moved,
        whole(results.metrics(run.run)),
    )  # fmt: skip


def _extract(told: Mapping[str, Any]) -> RunLine:
    return RunLine(
        str(told["key"]), "select", str(told["source"]), None, str(told["made_at"]), "", int(told["rows"]),
        float(told.get("seconds", 0.0)), int(told.get("bytes_moved", 0)), {},
    )  # fmt: skip
