"""Predictions in the database: loaded by COPY, partitioned by model on PostgreSQL, shown when a labelling is whole.

A batch's rows and its marker are one transaction, so loading it again changes nothing. A model is dropped with its
partition, at once however many rows it has; on SQLite its rows are deleted.
Left out: what predicts (`workbench`), models and runs (`results`).
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, Table, delete, func, select

from . import partitions
from .database import Database
from .errors import BusyError, ConflictError, MissingError, UnreachableError
from .results import Results, claim, now
from .tables import LABELLING, LOAD_BATCH, MODEL, PREDICTION, SCORES

if TYPE_CHECKING:
    import pyarrow as pa


class Batch(NamedTuple):
    """Rows that are loaded together; `batch` names their content: a hash, or an ETag with its range."""

    model: str
    source: str
    batch: str
    source_version: str


class Labelling(NamedTuple):
    """A source that a model has labelled as a whole."""

    model: str
    source: str
    task: str
    source_version: str
    rows: int
    finished_at: str


def score_columns(labels: tuple[str, ...]) -> dict[str, str]:
    """Each label's column of `prediction`; none where there are more labels than columns.

    >>> score_columns(("angry", "happy", "sad"))
    {'angry': 'score_0', 'happy': 'score_1', 'sad': 'score_2'}
    """
    return {label: f"score_{n}" for n, label in enumerate(labels)} if len(labels) <= SCORES else {}


class Predictions:
    """The predictions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._results = Results(database)

    def save(self, batch: Batch, rows: "pa.Table") -> int:
        """Load a batch, wholly or not at all; how many rows it added or changed, 0 where it is there already.

        Columns of `rows`: item, text_id, label (texts), score; position, reliable, known where there are; a score
        for each label of the model, named as its column (`score_columns`), or as the label where no column is called
        so. All other columns are passed over. A row whose key came with another batch is replaced where it differs.

        Raises: MissingError for a model that is not registered or was dropped; RowsError for columns or values that
        cannot be stored, or a text twice; ConflictError where the batch is there with other rows; FullError.
        """
        from .prediction_rows import checked

        table = checked(self._results.model(batch.model), batch.source, rows)
        return self._database.run(lambda connection: _save(connection, batch, table))

    def batches(self, model: str, source: str) -> set[str]:
        """The batches that are there, so that what was cut off goes on where it was."""
        query = _of(LOAD_BATCH, model, source)
        return {row.batch for row in self._database.run(lambda connection: connection.execute(query).all())}

    def count(self, model: str, source: str | None = None) -> int:
        """How many predictions of a model there are, of one source or of all."""
        query = select(func.count()).select_from(PREDICTION).where(PREDICTION.c.model == model)
        query = query if source is None else query.where(PREDICTION.c.source == source)
        return self._database.run(lambda connection: connection.execute(query).scalar_one())

    def finish(self, model: str, source: str, source_version: str) -> Labelling:
        """A source is labelled as a whole: from now on these are its current labels.

        Raises: MissingError for a model that is not there.
        """
        task = self._results.model(model).task
        rows = self.count(model, source)

        def work(connection: Connection) -> Labelling:
            _hold(connection, model)
            made = Labelling(model, source, task, source_version, rows, now())
            connection.execute(delete(LABELLING).where(LABELLING.c.model == model, LABELLING.c.source == source))
            claim(connection, LABELLING, made._asdict())
            return made

        return self._database.run(work)

    def labellings(self, task: str | None = None) -> list[Labelling]:
        """All of them or those of a task, the newest first: of each source the first gives the current labels."""
        query = select(*(LABELLING.c[name] for name in Labelling._fields))
        query = query.order_by(LABELLING.c.finished_at.desc(), LABELLING.c.model.desc())
        query = query if task is None else query.where(LABELLING.c.task == task)
        return [Labelling(*row) for row in self._database.run(lambda connection: connection.execute(query).all())]

    def drop(self, model: str) -> int:
        """Take a model away with its predictions, batches and labellings; how many rows its batches had loaded.

        Current labels are those of the labelling before. Runs stay: they say what was once measured.
        Raises: MissingError; BusyError where others read it for longer than one waits.
        """
        self._results.model(model)
        try:
            return self._database.run(lambda connection: _drop(connection, model))
        except UnreachableError as error:
            if partitions.is_locked(error.__cause__):
                raise BusyError(f"model {model}", error.waited_s) from error
            raise


def _save(connection: Connection, batch: Batch, table: "pa.Table") -> int:
    from .prediction_rows import load

    _hold(connection, batch.model)
    marker = {**batch._asdict(), "rows": table.num_rows, "loaded_at": now()}
    if not claim(connection, LOAD_BATCH, marker):
        query = _of(LOAD_BATCH, batch.model, batch.source).where(LOAD_BATCH.c.batch == batch.batch)
        stored = connection.execute(query).one()
        if stored.rows != table.num_rows:
            raise ConflictError("batch", batch.batch, "rows", stored.rows, table.num_rows)
        return 0
    return load(connection, table)


def _hold(connection: Connection, model: str) -> None:
    """Keep a model from being dropped until this transaction ends.

    Raises: MissingError where it was dropped already.
    """
    query = select(MODEL.c.model).where(MODEL.c.model == model).with_for_update(read=True, key_share=True)
    if connection.execute(query).first() is None:
        raise MissingError("model", model, connection.execute(select(MODEL.c.model)).scalars().all())


def _drop(connection: Connection, model: str) -> int:
    """The model first, as who loads into it holds its row."""
    partitions.limit_locks(connection)
    loaded = select(func.coalesce(func.sum(LOAD_BATCH.c.rows), 0)).where(LOAD_BATCH.c.model == model)
    rows = int(connection.execute(loaded).scalar_one())
    for table in (MODEL, LOAD_BATCH, LABELLING):
        connection.execute(delete(table).where(table.c.model == model))
    partitions.drop(connection, model)
    return rows


def _of(table: Table, model: str, source: str) -> Select[Any]:
    return select(table).where(table.c.model == model, table.c.source == source)
