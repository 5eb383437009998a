"""Asking within a budget: estimated first, refused above the limit, answered from the cache where it was asked before.

    answer = ask(settings, engine, expr, say=print, run="r1")
    answer.table, answer.moved_bytes, answer.cached, answer.estimate

Left out: making expressions (`expressions`, `language`), and engines.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from . import moved
from .cache import Cache, key
from .engines import lowered
from .engines.protocol import Engine, Estimate
from .errors import BudgetError, shown_bytes
from .operational import WAY_OUT
from .settings import Settings


@dataclass(frozen=True)
class Answer:
    """A result, and what it cost."""

    table: pa.Table
    moved_bytes: int
    cached: bool
    estimate: Estimate


def ask(
    settings: Settings, engine: Engine, expr: Any, say: Callable[[str], None] = lambda _: None, run: str = ""
) -> Answer:
    """The result of an expression; what it moved is noted under `run`.

    Raises: BudgetError above settings.bytes_per_query, estimated or while it is read; EngineError; UnreachableError.
    """
    begun, versions = time.monotonic(), engine.versions(expr)
    meaning = key(lowered.text(lowered.compiled(expr, "duckdb"), "duckdb"), versions)  # one cache for every engine
    cache = Cache(os.path.join(settings.folder, "cache"))
    found = cache.get(meaning)
    if found is not None:
        answer = Answer(found, 0, True, Estimate(found.num_rows, 0))
        say(f"{found.num_rows:,} rows from the cache, nothing moved")
    else:
        answer = _asked(settings, engine, expr, say)
        cache.put(meaning, answer.table)
    seconds = time.monotonic() - begun
    moved.append(settings, _line(run, engine, tuple(sorted(versions)), meaning, answer, seconds))
    return answer


def admitted(settings: Settings, engine: Engine, expr: Any) -> Estimate:
    """The estimate, where it is within the limit; where a planner only fears that it is not, rows are counted.

    Raises: BudgetError.
    """
    limit_bytes, estimate = settings.bytes_per_query, engine.estimate(expr)
    if estimate.bytes > limit_bytes and estimate.fetched_bytes <= limit_bytes:
        rows = engine.rows(expr)
        width = (estimate.bytes - estimate.fetched_bytes) / max(estimate.rows, 1)
        estimate = replace(estimate, rows=rows, bytes=round(rows * width) + estimate.fetched_bytes)
    if estimate.bytes > limit_bytes:
        raise BudgetError(estimate.bytes, limit_bytes, WAY_OUT)
    return estimate


def _asked(settings: Settings, engine: Engine, expr: Any, say: Callable[[str], None]) -> Answer:
    before, estimate = engine.moved_bytes, admitted(settings, engine, expr)
    say(f"about {estimate.rows:,} rows, {shown_bytes(estimate.bytes)} of {shown_bytes(settings.bytes_per_query)}")
    table = engine.run(expr, settings.bytes_per_query)
    travelled = engine.moved_bytes - before
    say(f"{table.num_rows:,} rows, {shown_bytes(travelled)} moved")
    return Answer(table, travelled, False, estimate)


def _line(
    run: str, engine: Engine, sources: tuple[str, ...], query: str, answer: Answer, seconds: float
) -> moved.Moved:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    sizes = (answer.table.num_rows, answer.estimate.bytes, answer.moved_bytes)
    return moved.Moved(run, at, engine.name, sources, query, *sizes, answer.cached, round(seconds, 3))
