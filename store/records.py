"""What the workbench stores, as values: models, runs and their figures, truth.

Left out: storing them (`results`), and predictions, which are columns of Arrow (`predictions`).
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple


class Model(NamedTuple):
    """A version of a classifier; `labels` in the order of its scores, `content_hash` of weights and vocabulary."""

    model: str
    task: str
    labels: tuple[str, ...]
    content_hash: str
    description: Mapping[str, Any] = {}


class Run(NamedTuple):
    """Something that was computed. `provenance` holds all that decides the result: parameters, queries, versions."""

    kind: str
    task: str
    model: str | None
    seed: int
    provenance: Mapping[str, Any]
    rows: int = 0
    seconds: float = 0.0
    made_by: str = ""

    @property
    def key(self) -> str:
        """The same for the same work, whoever does it and however long it takes.

        >>> Run("validate", "emotion", "emotion-1.0.0", 0, {"source": "test"}).key
        '42bdc4959b9af5ec'
        """
        return sha256(canonical([*self[:4], self.provenance]).encode()).hexdigest()[:16]


class Metric(NamedTuple):
    """A figure of a run on one split, or on a slice of it; `low` and `high` bound its interval."""

    split: str
    name: str
    value: float
    rows: int
    slice: str = ""
    low: float | None = None
    high: float | None = None


class Confusion(NamedTuple):
    """How many rows of one truth got one label."""

    split: str
    truth: str
    predicted: str
    rows: int


class Transfer(NamedTuple):
    """A query of a run and what travelled for it."""

    engine: str
    query: str
    rows: int
    bytes_moved: int
    cached: bool


class StoredRun(NamedTuple):
    """A run as it is in the store."""

    run: str
    kind: str
    task: str
    model: str | None
    seed: int
    provenance: dict[str, Any]
    rows: int
    seconds: float
    bytes_moved: int
    made_at: str
    made_by: str


class TruthRow(NamedTuple):
    """What is right for an item, or for one text of it."""

    item: str
    label: str
    text_id: str = ""


def canonical(value: Any) -> str:
    """JSON of which there is one for each value.

    >>> canonical({"b": 1, "a": ("é", None)})
    '{"a":["é",null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
