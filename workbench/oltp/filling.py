"""Data for the measurement: predictions of made-up posts, loaded as analysts load theirs, and pgbench's accounts.

Left out: the labels' sense; they are drawn by a seed.
"""

import random
import time
from typing import NamedTuple

import pyarrow as pa

from store.database import open_database
from store.predictions import Batch, Predictions
from store.results import Model, Results

from .cluster import USER, Server

LABELS = ("angry", "happy", "sad")
MODEL, SOURCE = "emotion-1.0.0", "posts"
_BATCH_ROWS = 50_000
_TEXTS = 100
"""Of an item."""


class Filled(NamedTuple):
    """How long loading took: first, and again, which changes nothing."""

    rows: int
    load_s: float
    replay_s: float
    replay_changed: int
    drop_s: float

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.load_s


def fill(primary: Server, rows: int, scale: int, seed: int = 0) -> Filled:
    """`rows` predictions, and `scale` times 100,000 accounts; another model of as many rows is loaded and dropped."""
    primary.call("pgbench", "-h", str(primary.folder), "-U", USER, "-i", "-q", "-s", str(scale), "postgres")
    batches = [_made(seed, first, min(_BATCH_ROWS, rows - first)) for first in range(0, rows, _BATCH_ROWS)]
    with open_database(primary.url) as database:
        results, predictions = Results(database), Predictions(database)
        for name in (MODEL, "emotion-0.9.0"):
            results.register(Model(name, "emotion", LABELS, name))
        _, load_s = _timed(predictions, MODEL, batches)
        changed, replay_s = _timed(predictions, MODEL, batches)
        predictions.finish(MODEL, SOURCE, "1")
        _timed(predictions, "emotion-0.9.0", batches)
        begun = time.perf_counter()
        predictions.drop("emotion-0.9.0")
        drop_s = time.perf_counter() - begun
    primary.call("psql", "-h", str(primary.folder), "-U", USER, "-d", "postgres", "-c", "VACUUM ANALYZE")
    return Filled(rows, load_s, replay_s, changed, drop_s)


def _timed(predictions: Predictions, model: str, batches: list[pa.Table]) -> tuple[int, float]:
    begun = time.perf_counter()
    changed = sum(predictions.save(Batch(model, SOURCE, str(n), "1"), batch) for n, batch in enumerate(batches))
    return changed, time.perf_counter() - begun


def _made(seed: int, first: int, rows: int) -> pa.Table:
    draw = random.Random(seed + first)  # noqa: S311  # data, no secret
    scores = [sorted(draw.random() for _ in range(2)) for _ in range(rows)]
    parts = [(round(low, 6), round(high - low, 6), round(1 - high, 6)) for low, high in scores]
    numbers = range(first, first + rows)
    return pa.table({
        "item": [f"item-{n // _TEXTS:06}" for n in numbers],
        "text_id": [str(n) for n in numbers],
        "position": [n % _TEXTS for n in numbers],
        "label": [LABELS[three.index(max(three))] for three in parts],
        "score": [max(three) for three in parts],
        "reliable": [max(three) > 0.6 for three in parts],
        "known": [0.9] * rows,
        **{f"score_{n}": [three[n] for three in parts] for n in range(3)},
    })  # fmt: skip
