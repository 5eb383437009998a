"""A source's texts labelled by a text model, wherever they lie: read in pieces, stored as they are done.

Texts of a table or a bucket travel here once, within the budget; those of local files do not travel. Left out: batches
and their names (`labelling`).
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from store.database import open_database
from store.predictions import Predictions
from store.records import Run, Transfer
from store.results import Results
from textmodel.model import ROOT

from . import labelling, models, queries
from .catalog import describe
from .engines.choose import beside, open_engine
from .errors import ColumnError
from .labelling import Labelled
from .settings import Settings
from .sources import Source


class Columns(NamedTuple):
    """Where a source keeps what: `text_id` None is the text's place in its item, `position` None the order of rows."""

    text: str = "text"
    item: str = "item"
    text_id: str | None = None
    position: str | None = None


class Outcome(NamedTuple):
    """What was labelled, as which run, and how fast."""

    labelled: Labelled
    model: str
    run: str
    moved_bytes: int
    seconds: float


def label(
    settings: Settings, source: str, columns: Columns | None = None, *, task: str = "emotion", artifacts: str = ROOT,
    say: Callable[[int, int], None] = lambda *_: None, jobs: int = 1,
) -> Outcome:  # fmt: skip
    """Every text of a source labelled into the operational database; these are its current labels afterwards.

    `say` is told the rows done and changed so far; `jobs` processes classify.
    Raises: UnknownSource; ColumnError; BudgetError; RunError for a model that is not there; WorkerError; StoreError.
    """
    begun, model, place = time.monotonic(), models.read(task, artifacts), describe(settings, source)
    columns = columns or Columns()
    check(place, columns)
    with open_engine(settings, beside([place], settings)) as engine, open_database(settings.store) as database:
        labelling.registered(Results(database), model)
        expr = _chosen(engine.table(place), columns, ordered=place.kind == "table")
        limit = settings.bytes_per_query if place.is_remote else None
        if limit is not None:
            queries.admitted(settings, engine, expr)
        batches = engine.batches(expr, limit)
        done = labelling.label(model, batches, Predictions(database), source, place.version, say, jobs)
        transfer = Transfer(
            engine.name, engine.sql(expr), done.rows, engine.moved_bytes if place.is_remote else 0, False
        )
        seconds = round(time.monotonic() - begun, 2)
        provenance = {"source": source, "source_version": place.version, "columns": columns._asdict()}
        run = Run("label", task, model.name, settings.seed, provenance, done.rows, seconds)
        Results(database).save_run(run, transfers=[transfer])
    return Outcome(done, model.name, run.key, transfer.bytes_moved, seconds)


def check(place: Source, columns: Columns) -> None:
    """The columns are there, and say which text is which.

    Raises: ColumnError.
    """
    place.require({columns.text: "text"})
    place.require([columns.item, *filter(None, (columns.text_id, columns.position))])
    if place.kind == "table" and not columns.text_id:
        raise ColumnError(place.name, "text_id", "--text-id COLUMN, as a table's rows have no order", "none")


def _chosen(table: Any, columns: Columns, *, ordered: bool) -> Any:
    """Named as `labelling` has them, and put in order where the source has none of its own."""
    chosen = {"item": table[columns.item].cast("string"), "text": table[columns.text]}
    if columns.text_id:
        chosen["text_id"] = table[columns.text_id].cast("string")
    if columns.position:
        chosen["position"] = table[columns.position].cast("int64")
    found = table.select(**chosen)
    return found.order_by("item", "text_id") if ordered else found
