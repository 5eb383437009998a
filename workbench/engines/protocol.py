"""What every engine can do, whichever computes: a source becomes an ibis table, an expression becomes Arrow.

    with open_engine(settings, "duckdb", sources) as engine:
        posts = engine.table(source)
        engine.run(posts.group_by("label").agg(n=posts.count()))

What `run` and `batches` give has the expression's own schema on every engine (`expr.as_table().schema()`).
Left out: asking within a budget and with a cache, which `queries` does; use that rather than `run`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from ..sources import Source


@dataclass(frozen=True)
class Estimate:
    """What a query would give and move, before it is run."""

    rows: int
    """Of the result."""
    bytes: int
    """That travel: the result, and what the engine fetches from elsewhere to compute it."""
    fetched_bytes: int = 0
    """Of them, what is fetched from elsewhere before the result is computed."""
    scanned_bytes: int = 0
    """That are read where the data lie and do not travel: Athena is paid by these."""


class Engine(Protocol):
    """One place where expressions are computed; every error is of this room (EngineError, UnreachableError, ...)."""

    name: str

    @property
    def moved_bytes(self) -> int:
        """That travelled since it was opened: results, and what was fetched to compute them."""

    def table(self, source: Source) -> Any:
        """The source as an `ibis.Table`. Raises: EngineError where this engine cannot reach such a source."""

    def sql(self, expr: Any) -> str:
        """The text that this engine computes for an expression, the same for the same expression."""

    def versions(self, expr: Any) -> dict[str, str]:
        """The version of each source that an expression reads, by name, as it was when `table` gave it."""

    def estimate(self, expr: Any) -> Estimate:
        """Rows and bytes, without computing the result."""

    def batches(self, expr: Any, limit_bytes: int | None = None) -> Iterator[pa.RecordBatch]:
        """The result in pieces, for results that are larger than memory; never an open cursor afterwards.

        Raises: BudgetError as soon as more than `limit_bytes` have travelled; EngineError; UnreachableError.
        """

    def run(self, expr: Any, limit_bytes: int | None = None) -> pa.Table:
        """The result. Raises: as `batches`."""

    def rows(self, expr: Any) -> int:
        """How many rows an expression has, counted beside the data."""

    def close(self) -> None:
        """Let go of what it holds; closing twice is nothing."""
