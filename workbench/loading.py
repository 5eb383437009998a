"""Outputs into the operational database, once: what is there already is not loaded again.

A batch of rows is keyed by the object's ETag and its place in it, so a load that was cut off goes on where it was.
Left out: who calls (`loader`), what an object holds (`outputs`, `output_rows`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from store.database import Database
from store.errors import MissingError
from store.predictions import Batch, Predictions
from store.records import Model
from store.results import Results

from . import output_rows, outputs
from .bucket import Bucket
from .errors import AgainError

LEAST_LEFT_MS = 20_000
"""With less time than this no further batch is begun: a batch takes a few seconds."""
_LAST = ":last"
"""Ends the name of an object's last batch, so that a whole object is told from one that was cut off."""


class Loaded(NamedTuple):
    """What became of an object: rows that it has, and rows of the database that are new or other than before."""

    kind: str
    rows: int
    changed: int


class Loader:
    """Loads objects of a bucket into a database, `rows` at a time; `left_ms` tells how long it may take still."""

    def __init__(
        self,
        s3: Any,
        database: Database,
        left_ms: Callable[[], float] = lambda: float("inf"),
        rows: int = output_rows.ROWS,
    ) -> None:
        self._s3 = s3
        self._results = Results(database)
        self._predictions = Predictions(database)
        self._left_ms = left_ms
        self._rows = rows

    def load(self, name: str, key: str) -> Loaded:
        """One object of the bucket `name`; what is no output, or is gone again, is passed over.

        Raises: SourceError for what cannot be read; AgainError when time is up; UnreachableError; StorageError;
        StoreError.
        """
        output = outputs.of(key)
        bucket = Bucket(self._s3, name)
        if output is None:
            return Loaded("passed over", 0, 0)
        try:
            match output.kind:
                case "models":
                    return Loaded("model", 1, self._results.register(outputs.model(bucket.content(key), key)))
                case "runs":
                    found = outputs.results(bucket.content(key), key)
                    return Loaded("run", 1, self._results.save_run(*found))
                case "done":
                    return Loaded("done", 0, self._finish(bucket, output))
                case _:
                    loaded = self._load_rows(bucket, output)
                    self._finish(bucket, output)
                    return loaded
        except FileNotFoundError:
            return Loaded("gone", 0, 0)

    def _load_rows(self, bucket: Bucket, output: outputs.Output) -> Loaded:
        model = self._model(bucket, output.model)
        rows = changed = 0
        with bucket.fetched(output.key) as (path, etag):
            done = self._predictions.batches(model.model, output.source)
            for piece in output_rows.pieces(path, output, model, self._rows):
                rows, name = piece.past, _batch(etag, piece)
                if name in done:
                    continue
                if self._left_ms() < LEAST_LEFT_MS:
                    raise AgainError(f"time is up after {piece.first:,} rows, the rest comes with the next attempt")
                changed += self._predictions.save(Batch(model.model, output.source, name, etag), piece.rows)
        return Loaded("predictions", rows, changed)

    def _finish(self, bucket: Bucket, output: outputs.Output) -> bool:
        """Whether the source is now labelled as a whole: its marker is there, and so is every row of its folder.

        Each object asks this when it is loaded, as the marker's news may come before that of the last rows.
        """
        try:
            version = outputs.version(bucket.content(output.folder + outputs.DONE), output.key)
        except FileNotFoundError:
            return False
        done = {name.partition(":")[0] for name in self._predictions.batches(output.model, output.source)
                if name.endswith(_LAST)}  # fmt: skip
        found = bucket.etags(output.folder).items()
        etags = {etag for key, etag in found if (other := outputs.of(key)) and other.kind == "predictions"}
        if not etags or not etags <= done:
            return False
        version = version or f"etags:{','.join(sorted(etags))}"[:200]
        finished = self._predictions.labellings()
        if any((o.model, o.source, o.source_version) == (output.model, output.source, version) for o in finished):
            return False
        self._predictions.finish(output.model, output.source, version)
        return True

    def _model(self, bucket: Bucket, name: str) -> Model:
        """From the database, or from its file beside the predictions, whose news may come later."""
        try:
            return self._results.model(name)
        except MissingError:
            key = f"outputs/models/{name}.json"
            try:
                found = outputs.model(bucket.content(key), key)
            except FileNotFoundError:
                raise AgainError(f"model {name} is not registered, and there is no {key}") from None
            self._results.register(found)
            return self._results.model(name)


def _batch(etag: str, piece: output_rows.Piece) -> str:
    return f"{etag}:{piece.first}-{piece.past}{_LAST if piece.is_last else ''}"
