"""Runs held against each other: figures side by side, and what was different when they were made.

A difference counts where the intervals of both are apart; figures of other data say nothing about the models.
Left out: listing runs (`runs`).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from store.errors import MissingError
from store.results import Metric, Results, StoredRun

from .errors import RunError
from .runs import opened
from .settings import Settings

_DATA = ("data_sha256", "part", "source", "source_version")
"""What provenance says of the data that figures were measured on."""


class Figure(NamedTuple):
    """One figure in every run, None where a run has none; `apart` where first and last differ by more than chance."""

    split: str
    slice: str
    name: str
    values: tuple[float | None, ...]
    difference: float | None
    """Of the last to the first."""
    apart: bool | None
    """None where one of them has no interval."""


class Comparison(NamedTuple):
    """The runs, their figures, and the parts of their provenance that differ, each with its values."""

    runs: tuple[StoredRun, ...]
    figures: tuple[Figure, ...]
    differences: dict[str, tuple[Any, ...]]
    same_data: bool


def compare(settings: Settings, *keys: str, slices: bool = False) -> Comparison:
    """Two runs or more, named by the beginnings of their keys; `slices` takes in the figures of slices.

    Raises: RunError for a run that is not there or named twice, and where no figure is in two of them.
    """
    with opened(settings) as results:
        found = tuple(_run(results, key) for key in keys)
        if len({one.run for one in found}) < max(2, len(found)):
            raise RunError("compare", "two runs or more, each once", ", ".join(keys) or "none")
        metrics = [results.metrics(one.run) for one in found]
    figures = _figures([[m for m in one if slices or not m.slice] for one in metrics])
    if not figures:
        told = ", ".join(f"{one.run} ({one.kind})" for one in found)
        raise RunError("compare", "runs with a figure in common", f"none in {told}")
    differences = _differences(found)
    return Comparison(found, tuple(figures), differences, not set(differences) & set(_DATA))


def _run(results: Results, key: str) -> StoredRun:
    try:
        return results.run(key)
    except MissingError as error:
        raise RunError(
            f"run {key}", "the beginning of one run's key", ", ".join(error.known[:10]) or "no run"
        ) from error


def _figures(metrics: Sequence[Sequence[Metric]]) -> list[Figure]:
    """The figures that two runs or more have, by split, slice and name."""
    by_key = [{(m.split, m.slice, m.name): m for m in one} for one in metrics]
    keys = sorted({key for one in by_key for key in one})
    made = []
    for key in keys:
        row = [one.get(key) for one in by_key]
        known = [one for one in row if one]
        if len(known) > 1:
            first, last = known[0], known[-1]
            values = tuple(one.value if one else None for one in row)
            made.append(Figure(*key, values, last.value - first.value, _apart(first, last)))
    return made


def _apart(a: Metric, b: Metric) -> bool | None:
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return None
    return a.high < b.low or b.high < a.low


def _differences(runs: Sequence[StoredRun]) -> dict[str, tuple[Any, ...]]:
    rows = [{"kind": r.kind, "task": r.task, "model": r.model, "seed": r.seed, **r.provenance} for r in runs]
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: tuple(row.get(name) for row in rows) for name in names}
    return {name: one for name, one in values.items() if any(a != b for a, b in pairwise(one))}
