"""What an object below outputs/ holds, by its key and its content.

    outputs/models/<model>.json                         a model: model, task, labels, content_hash, description
    outputs/runs/<name>.json                            a run: {"run": {...}, "metrics": [...], "confusion": [...]}
    outputs/predictions/<model>/<source>/*.parquet      item, text_id, label, score; more where there are
    outputs/predictions/<model>/<source>/*.jsonl[.gz]   the same, or lines of the service's own S3 door
    outputs/predictions/<model>/<source>/_done.json     all of the source is there: {"source_version": "..."} or {}

Left out: its rows (`output_rows`), fetching and storing (`loader`).
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from store.records import Confusion, Metric, Model, Run, Transfer

from . import given
from .errors import SourceError

DONE = "_done.json"
_KEY = re.compile(
    r"outputs/(?:(?P<kind>models|runs)/[^/]+\.json|predictions/(?:model=)?(?P<model>[^/]+)/(?:source=)?(?P<source>[^/]+)/.+)"
)
_SUFFIXES = (".parquet", ".jsonl", ".jsonl.gz")


class Output(NamedTuple):
    """An object by its key; `kind` is models, runs, predictions or done."""

    kind: str
    key: str
    model: str = ""
    source: str = ""

    @property
    def folder(self) -> str:
        """Of the source, which may have folders of its own."""
        return "/".join(self.key.split("/")[:4]) + "/"


class Results(NamedTuple):
    """What a file of `outputs/runs/` holds."""

    run: Run
    metrics: list[Metric]
    confusion: list[Confusion]
    transfers: list[Transfer]


def of(key: str) -> Output | None:
    """What a key says; None for what is not loaded: hidden files, markers of Spark, other kinds.

    >>> of("outputs/predictions/model=emotion-1.0.0/source=posts/part-0.parquet").source
    'posts'
    >>> of("outputs/predictions/emotion-1.0.0/posts/_SUCCESS")
    """
    found = _KEY.fullmatch(key)
    if not found:
        return None
    if found["kind"]:
        return Output(found["kind"], key)
    name = key.rpartition("/")[2]
    kind = "done" if name == DONE else "predictions" if _is_data(name) else ""
    return Output(kind, key, unquote(found["model"]), unquote(found["source"])) if kind else None


def model(content: bytes, key: str) -> Model:
    """Raises: SourceError."""
    found = given.record(Model, given.fields(content, key), key)
    if not all(isinstance(label, str) for label in found.labels):
        raise SourceError(f"{key}, labels", "a list of texts", "something else in it")
    return Model(**{**found._asdict(), "labels": tuple(found.labels)})


def results(content: bytes, key: str) -> Results:
    """Raises: SourceError."""
    found = given.fields(content, key)
    lists = {name: found.get(name, []) for name in ("metrics", "confusion", "transfers")}
    for name, value in lists.items():
        if not isinstance(value, list):
            raise SourceError(f"{key}, {name}", "a list", type(value).__name__)
    return Results(
        given.record(Run, found.get("run"), f"{key}, run"),
        [given.record(Metric, one, f"{key}, metrics") for one in lists["metrics"]],
        [given.record(Confusion, one, f"{key}, confusion") for one in lists["confusion"]],
        [given.record(Transfer, one, f"{key}, transfers") for one in lists["transfers"]],
    )


def version(content: bytes, key: str) -> str | None:
    """The version of its source that a labelling names. Raises: SourceError."""
    found = given.fields(content or b"{}", key).get("source_version")
    if found is not None and not isinstance(found, str):
        raise SourceError(f"{key}, source_version", "a text", type(found).__name__)
    return found


def _is_data(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.startswith((".", "_"))
