"""Texts in batches to predictions in the operational database: what is there already is not done again.

A batch is named by the hash of what it holds, so a labelling that was cut off goes on where it was, and one that is
repeated changes nothing. Left out: which source is read (`label_runs`), who classifies (`classifying`), and how rows
are written (`store.predictions`).
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from typing import NamedTuple

import pyarrow as pa

from store.predictions import Batch, Labelling, Predictions
from store.records import Model as StoredModel
from store.results import Results
from textmodel import Model

from .classifying import Piece, in_order

BATCH_ROWS = 8192


class Labelled(NamedTuple):
    """What a labelling did."""

    labelling: Labelling
    rows: int
    """Texts that were read."""
    changed: int
    """Rows of the database that are new or other than before."""
    skipped: int
    """Texts whose batch was there already."""
    without_text: int
    counts: dict[str, int]
    """How many texts got each label, of those that were classified now."""


def registered(results: Results, model: Model) -> StoredModel:
    """The model, noted in the database with its hash; its name means one thing for everybody.

    Raises: store.errors.ConflictError where the name is another model's.
    """
    found = of(model)
    results.register(found)
    return found


def of(model: Model) -> StoredModel:
    """What the database knows of a model."""
    files = "".join(f"{path} {digest}\n" for path, digest in sorted(model.artifact.files.items()))
    data = dict(model.artifact.about.get("data", {}))
    described = {
        "data": {name: data[name] for name in ("sha256", "rows") if name in data},
        "language": model.artifact.language,
    }
    return StoredModel(model.name, model.artifact.task, model.labels, sha256(files.encode()).hexdigest(), described)


def label(
    model: Model, batches: Iterable[pa.RecordBatch], predictions: Predictions, source: str, version: str,
    say: Callable[[int, int], None] = lambda *_: None, jobs: int = 1,
) -> Labelled:  # fmt: skip
    """Every text of `batches` (columns item, text, and text_id, position where there are) labelled and stored.

    `jobs` processes classify; which does not change what is stored. `say` is told the rows done and changed so far. The
    source's current labels are these once all is done.
    Raises: as `store.predictions.Predictions.save`; WorkerError.
    """
    done = predictions.batches(model.name, source)
    rows = changed = skipped = without = 0
    counts = dict.fromkeys(model.labels, 0)
    with closing(in_order(model, _new(batches, done), jobs)) as pieces:  # its processes end with it
        for piece, answered in pieces:
            rows, without = rows + piece.read, without + piece.without
            if answered is None:
                skipped += piece.read - piece.without
            else:
                changed += predictions.save(Batch(model.name, source, piece.name, version), answered)
                for one in answered["label"].to_pylist():
                    counts[one] += 1
            say(rows, changed)
    return Labelled(predictions.finish(model.name, source, version), rows, changed, skipped, without, counts)


def _new(batches: Iterable[pa.RecordBatch], done: Container[str]) -> Iterator[Piece]:
    """Pieces with their names; without rows where these are stored already, or none has a text."""
    for piece, empty in _pieces(batches):
        name = _name(piece)
        yield Piece(name, None if name in done or not piece.num_rows else piece, piece.num_rows + empty, empty)


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.Table, int]]:
    """Tables of up to BATCH_ROWS with item, text_id, position and text, and how many rows had no text.

    Where there is no position, texts of an item are counted from 0 as they come; where there is no text_id, the
    position is it.
    """
    seen: dict[str, int] = {}
    for batch in _even(batches):
        items = [str(item) for item in batch["item"].to_pylist()]
        names = batch.schema.names
        positions = batch["position"].to_pylist() if "position" in names else [_next(seen, item) for item in items]
        ids = batch["text_id"].to_pylist() if "text_id" in names else positions
        table = pa.table({
            "item": pa.array(items, pa.string()), "text_id": pa.array([str(one) for one in ids], pa.string()),
            "position": pa.array(positions, pa.int64()), "text": batch["text"].cast(pa.string()),
        })  # fmt: skip
        kept = table.filter(table["text"].is_valid())
        yield kept, table.num_rows - kept.num_rows


def _even(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of BATCH_ROWS, however an engine cut them: a batch's name must not depend on it."""
    held: list[pa.Table] = []
    count = 0
    for batch in batches:
        held.append(pa.Table.from_batches([batch]))
        count += batch.num_rows
        if count < BATCH_ROWS:
            continue
        whole, at = pa.concat_tables(held), 0
        while count - at >= BATCH_ROWS:
            yield whole.slice(at, BATCH_ROWS)
            at += BATCH_ROWS
        held, count = [whole.slice(at)], count - at
    if count:
        yield pa.concat_tables(held)


def _next(seen: dict[str, int], item: str) -> int:
    seen[item] = at = seen.get(item, -1) + 1
    return at


def _name(piece: pa.Table) -> str:
    """The hash of a piece's values, however they are laid out in memory."""
    digest = sha256()
    for name in piece.column_names:
        for value in piece[name].to_pylist():
            text = b"" if value is None else str(value).encode("utf-8", "surrogatepass")
            digest.update(len(text).to_bytes(4, "little"))
            digest.update(text)
    return digest.hexdigest()[:32]
