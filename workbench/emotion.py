"""The emotion classifier: trained on a part of an extract, validated on another one, its results stored.

    extract (split, text, label) -> model_training -> saved_model/<task> -> scores on the held-out part -> store

The labels are the extract's own: happy, angry and sad, or any others. `label` is that of `label_runs`. Left out:
the trainer's process (`trainer`), what is chosen into an extract (`select`).
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet

from store.database import open_database
from store.records import Run
from store.results import Results
from textmodel.model import ROOT

from . import figures, labelling, metrics, models, trainer
from .errors import ColumnError, LabelError, RunError, StorageError, SubsetError
from .extracts import Extract
from .label_runs import Columns, label
from .metrics import Score
from .settings import Settings
from .split import SPLIT

__all__ = ["Columns", "Trained", "Validated", "label", "train", "validate"]
Say = Callable[[str], None]
_ROWS = 65_536


class Trained(NamedTuple):
    """A pair that the trainer has published."""

    model: str
    labels: tuple[str, ...]
    rows: int
    about: dict[str, Any]
    seconds: float
    run: str


class Validated(NamedTuple):
    """A model on a part that it has not learnt from."""

    model: str
    split: str
    score: Score
    slices: dict[str, Score]
    """By "column=value"."""
    left_out: int
    """Rows without a text or a label."""
    seen: int | None
    """Rows whose text stands, word for word, in the part that was trained on; None where that part is not known."""
    run: str
    new: bool
    """Whether the run was not stored before."""


def train(
    settings: Settings, extract: Extract, *, task: str = "emotion", text: str = "text", label: str = "label",
    part: str = "train", artifacts: str = ROOT, options: Sequence[str] = (), say: Say = print,
) -> Trained:  # fmt: skip
    """The trainer on one part of an extract, the pair registered and the run stored; `options` go to the trainer.

    Raises: ColumnError; SubsetError; LabelError for one class only; RunError; TrainingError; StorageError.
    """
    begun = time.monotonic()
    path = os.path.join(settings.folder, "training", f"{extract.key}-{part}.parquet")
    rows, classes = _written(extract, path, part, text, label)
    if classes < 2:
        raise LabelError(f"{extract.path}, part {part}", f"{classes} class of labels, two or more are needed", [])
    given = list(options) if "--seed" in options else ["--seed", str(settings.seed), *options]
    trainer.train(task, path, text, label, artifacts, given, say)
    model = models.read(task, artifacts)
    about, seconds = dict(model.artifact.about), round(time.monotonic() - begun, 1)
    run = Run(
        "train", task, model.name, settings.seed, _provenance(extract, part, text, label, options=given), rows, seconds
    )
    with open_database(settings.store) as database:
        results = Results(database)
        labelling.registered(results, model)
        results.save_run(run, figures.trained(about, rows))
    return Trained(model.name, model.labels, rows, about, seconds, run.key)


def validate(
    settings: Settings, extract: Extract, *, task: str = "emotion", text: str = "text", label: str = "label",
    part: str = "test", by: Sequence[str] = (), artifacts: str = ROOT,
) -> Validated:  # fmt: skip
    """The model's answers on one part of an extract, in all and by the values of the columns `by`, stored as a run.

    Intervals draw whole items again, where the extract has a column `item`.
    Raises: ColumnError; SubsetError; LabelError for a label that the model does not know; RunError for no model, or one
    that was trained on this part.
    """
    begun, model = time.monotonic(), models.read(task, artifacts)
    with open_database(settings.store) as database:
        results = Results(database)
        labelling.registered(results, model)
        trained = _trained_on(results, model.name, extract)
        if trained == part:
            raise RunError(f"validation of {model.name}", "a part that it was not trained on", repr(part))
        table, left_out = _part(extract, part, [text, label, *by], text, label)
        true, given = _texts(table, label), [one.label for one in model.classify_many(table[text].to_pylist())]
        groups = _texts(table, "item") if "item" in table.column_names else None
        score = metrics.judge(true, given, model.labels, groups, settings.seed)
        slices = {
            name: metrics.judge(_at(true, rows), _at(given, rows), model.labels, groups and _at(groups, rows))
            for name, rows in _slices(table, by)
        }
        seen = _seen(extract, trained, table[text], text) if trained else None
        run = Run("validate", task, model.name, settings.seed, _provenance(extract, part, text, label, by=list(by)),
                  score.rows, round(time.monotonic() - begun, 1))  # fmt: skip
        kept = figures.metrics(score, part) + [
            m for name, one in slices.items() for m in figures.metrics(one, part, name)
        ]
        new = results.save_run(run, kept, figures.confusion(score, part))
    return Validated(model.name, part, score, slices, left_out, seen, run.key, new)


def _written(extract: Extract, path: str, part: str, text: str, label: str) -> tuple[int, int]:
    """One part's texts and labels as a file of their own, which the same extract makes the same; rows and classes."""
    _require(extract, [text, label])
    rows, beside = 0, f"{path}.{os.getpid()}.tmp"
    classes: set[Any] = set()
    schema = pa.schema([(text, pa.string()), (label, pa.string())])
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with parquet.ParquetWriter(beside, schema) as writer:
            for batch in _batches(extract, part, [text, label]):
                writer.write_batch(batch.cast(schema))
                rows, classes = rows + batch.num_rows, classes | set(pc.unique(batch[label].drop_null()).to_pylist())
        os.replace(beside, path)
    except OSError as error:
        raise StorageError(path, error.strerror or str(error)) from error
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
    if not rows:
        raise SubsetError(f"{extract.path}, part {part}", 0, "rows to train on")
    return rows, len(classes)


def _part(extract: Extract, part: str, columns: Sequence[str], text: str, label: str) -> tuple[pa.Table, int]:
    """The rows of a part that have a text and a label, and how many have not."""
    _require(extract, columns)
    known = parquet.read_schema(extract.path).names
    wanted = list(dict.fromkeys([*columns, *(["item"] if "item" in known else [])]))
    batches = list(_batches(extract, part, wanted))
    if not batches:
        raise SubsetError(f"{extract.path}, part {part}", 0, "rows to be judged on")
    table = pa.Table.from_batches(batches)
    whole = table.filter(pc.and_(table[text].is_valid(), table[label].is_valid()))
    if not whole.num_rows:
        raise SubsetError(f"{extract.path}, part {part}", 0, "rows with a text and a label")
    return whole, table.num_rows - whole.num_rows


def _batches(extract: Extract, part: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    found = dataset.dataset(extract.path, format="parquet")
    chosen = found.to_batches(columns=list(columns), filter=dataset.field(SPLIT) == part, batch_size=_ROWS)
    yield from (batch for batch in chosen if batch.num_rows)


def _require(extract: Extract, columns: Sequence[str]) -> None:
    known = parquet.read_schema(extract.path).names
    for name in (*columns, SPLIT):
        if name not in known:
            way_out = "; select it with --split" if name == SPLIT else ""
            raise ColumnError(extract.path, name, f"a column of that name{way_out}", f"only {', '.join(known)}")


def _trained_on(results: Results, model: str, extract: Extract) -> str | None:
    """The part of this extract that the model was trained on; None where it was trained on something else."""
    for run in results.runs(kind="train"):
        if run.model == model and run.provenance.get("extract") == extract.key:
            return str(run.provenance["part"])
    return None


def _seen(extract: Extract, trained: str, texts: pa.ChunkedArray, text: str) -> int:
    """How many of the texts stand in the part that was trained on."""
    learnt = {value for batch in _batches(extract, trained, [text]) for value in batch[text].to_pylist()}
    return sum(value in learnt for value in texts.to_pylist())


def _slices(table: pa.Table, by: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """("column=value", row numbers) for every value of the columns."""
    for column in by:
        places: dict[str, list[int]] = {}
        for at, value in enumerate(table[column].to_pylist()):
            places.setdefault(f"{column}={value}", []).append(at)
        yield from sorted(places.items())


def _texts(table: pa.Table, column: str) -> list[str]:
    return [str(value) for value in table[column].to_pylist()]


def _at(values: Sequence[str], places: Sequence[int]) -> list[str]:
    return [values[at] for at in places]


def _provenance(extract: Extract, part: str, text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "extract": extract.key,
        "data_sha256": extract.provenance["sha256"],
        "part": part,
        "text": text,
        "label": label,
        **more,
    }
