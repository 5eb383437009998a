"""Statistics of a source or of a join: each is one expression computed beside the data, so that a few rows travel.

    counts    rows, and for each column: missing, distinct, least, greatest, mean, spread, quantiles
    top       the most frequent values of the columns of text
    balance   how many rows and items each class has
    agreement of two columns of labels: Cohen's kappa (Cohen 1960) and the table of both
    correlation of the columns of numbers, two and two

Left out: plots and pages of them (`report`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import ibis
import pyarrow as pa

from . import catalog, joins, language
from . import expressions as x
from .engines.choose import beside, open_engine
from .engines.protocol import Engine
from .errors import ColumnError, LabelError, SubsetError
from .queries import ask
from .settings import Settings

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP = 5
_MOST_CORRELATED = 12
"""Columns of numbers of which each two are compared."""


@dataclass(frozen=True)
class Column:
    """One column; numbers are None for what is no number."""

    name: str
    type: str
    missing: int
    distinct: int
    least: Any = None
    greatest: Any = None
    mean: float | None = None
    spread: float | None = None
    quantiles: dict[float, float] = field(default_factory=dict)
    top: tuple[tuple[str | None, int], ...] = ()


@dataclass(frozen=True)
class Balance:
    """One class: its rows, its items where there is such a column, and its part of the labelled rows."""

    label: str | None
    rows: int
    items: int | None
    share: float | None


@dataclass(frozen=True)
class Agreement:
    """Of two columns of labels over the rows that have both; `kappa` is None where chance alone explains all."""

    left: str
    right: str
    rows: int
    observed: float
    kappa: float | None
    pairs: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Stats:
    """All of it; `moved_bytes` is what came here to tell it."""

    place: str
    rows: int
    columns: tuple[Column, ...]
    balance: tuple[Balance, ...]
    agreement: Agreement | None
    correlations: tuple[tuple[str, str, float | None], ...]
    moved_bytes: int


class Asker:
    """Asks an engine within the budget and adds up what moved."""

    def __init__(self, settings: Settings, engine: Engine, say: Callable[[str], None], run: str) -> None:
        self._settings, self._engine, self._say, self._run = settings, engine, say, run
        self.moved_bytes = 0

    def __call__(self, expr: Any) -> pa.Table:
        answer = ask(self._settings, self._engine, expr, self._say, self._run)
        self.moved_bytes += answer.moved_bytes
        return answer.table


def describe(
    settings: Settings, engine: Engine, table: Any, place: str, *, where: str = "", columns: Sequence[str] = (),
    label: str | None = None, item: str | None = None, agree: tuple[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None, run: str = "",
) -> Stats:  # fmt: skip
    """The statistics of a table of `engine`, of the rows where `where` holds and of some columns or all.

    Raises: ColumnError; ExpressionError; SubsetError where no row is left; LabelError; BudgetError; EngineError.
    """
    asked = Asker(settings, engine, say, run)
    rows = table.filter(language.parse(where, table)) if where else table
    chosen = _chosen(rows, columns, [name for name in (label, item, *(agree or ())) if name], place)
    counted = asked(_summary(rows, chosen)).to_pylist()[0]
    if not counted["rows"]:
        raise SubsetError(f"{place}{' where ' + where if where else ''}", 0, "rows to describe")
    found = tuple(_column(asked, rows, number, name, counted) for number, name in enumerate(chosen))
    balance = class_balance(asked, rows, label, item) if label else ()
    agreement = agreement_of(asked, rows, *agree, place) if agree else None
    return Stats(
        place, counted["rows"], found, balance, agreement, _correlations(asked, rows, chosen), asked.moved_bytes
    )


def class_balance(ask_for: Callable[[Any], pa.Table], rows: Any, label: str, item: str | None) -> tuple[Balance, ...]:
    """How many rows and items each class has, the largest first; rows without a label last."""
    of = rows.group_by(label=rows[label].cast("string"))
    items = {"items": lambda t: t[item].nunique()} if item else {}
    found = ask_for(of.agg(rows=lambda t: t.count(), **items).order_by(ibis.desc("rows"), "label")).to_pylist()
    labelled = sum(row["rows"] for row in found if row["label"] is not None)
    shares = [None if row["label"] is None else row["rows"] / labelled for row in found]
    made = [
        Balance(row["label"], row["rows"], row.get("items"), share) for row, share in zip(found, shares, strict=True)
    ]
    return tuple(sorted(made, key=lambda one: one.label is None))


def agreement_of(ask_for: Callable[[Any], pa.Table], rows: Any, left: str, right: str, place: str) -> Agreement:
    """How far two columns of labels agree beyond chance. Raises: LabelError where no row has both."""
    both = rows.filter(rows[left].notnull() & rows[right].notnull())
    pairs = both.group_by(a=both[left].cast("string"), b=both[right].cast("string")).agg(n=lambda t: t.count())
    found = [(row["a"], row["b"], row["n"]) for row in ask_for(pairs.order_by("a", "b")).to_pylist()]
    total = sum(n for _, _, n in found)
    if not total:
        raise LabelError(place, f"no row has both {left} and {right}", ())
    return Agreement(left, right, total, sum(n for a, b, n in found if a == b) / total, kappa(found), tuple(found))


def kappa(pairs: Sequence[tuple[str, str, int]]) -> float | None:
    """Cohen's kappa of (label, label, rows); None where both always give one and the same label.

    >>> kappa([("a", "a", 20), ("a", "b", 5), ("b", "a", 10), ("b", "b", 15)])
    0.4
    """
    total = sum(n for _, _, n in pairs)
    labels = {a for a, _, _ in pairs} | {b for _, b, _ in pairs}
    chance = sum(sum(n for a, _, n in pairs if a == one) * sum(n for _, b, n in pairs if b == one) for one in labels)
    agreed = sum(n for a, b, n in pairs if a == b)
    return None if chance == total * total else (agreed * total - chance) / (total * total - chance)


def _chosen(rows: Any, columns: Sequence[str], named: Sequence[str], place: str) -> list[str]:
    for name in (*columns, *named):
        if name not in rows.columns:
            raise ColumnError(place, name, "a column of that name", f"only {', '.join(rows.columns)}")
    return list(dict.fromkeys(columns)) or list(rows.columns)


def _summary(rows: Any, columns: Sequence[str]) -> Any:
    """One row with all counts of all columns: one reading of the data."""
    values = {"rows": rows.count()}
    for number, name in enumerate(columns):
        column, kind = rows[name], rows[name].type()
        values |= {f"missing_{number}": x.missing(column), f"distinct_{number}": x.distinct(column)}
        if kind.is_numeric() or kind.is_boolean():
            values |= {f"mean_{number}": x.mean(column), f"spread_{number}": x.spread(column)}
        if (kind.is_numeric() and not kind.is_boolean()) or kind.is_temporal():
            known = x.known(column)
            values |= {f"least_{number}": known.min(), f"greatest_{number}": known.max()}
    return rows.agg(**values)


def _column(ask_for: Callable[[Any], pa.Table], rows: Any, number: int, name: str, counted: dict[str, Any]) -> Column:
    kind = rows[name].type()
    found: dict[str, Any] = {
        part: counted.get(f"{part}_{number}") for part in ("missing", "distinct", "least", "greatest", "mean", "spread")
    }
    quantiles: dict[float, float] = {}
    top: tuple[tuple[str | None, int], ...] = ()
    if kind.is_numeric() and not kind.is_boolean() and counted["rows"] > found["missing"]:
        [row] = ask_for(x.quantiles(rows, name, QUANTILES)).to_pylist()
        quantiles = {q: row[x.quantile_name(q)] for q in QUANTILES}
    if kind.is_string() or kind.is_boolean():
        top = tuple((row["value"], row["n"]) for row in ask_for(x.top(rows, name, TOP)).to_pylist())
    return Column(name, str(kind), quantiles=quantiles, top=top, **found)


def _correlations(
    ask_for: Callable[[Any], pa.Table], rows: Any, columns: Sequence[str]
) -> tuple[tuple[str, str, float | None], ...]:
    numbers = [name for name in columns if rows[name].type().is_numeric()][:_MOST_CORRELATED]
    pairs = list(combinations(numbers, 2))
    if not pairs:
        return ()
    values = {f"r{index}": x.correlation(rows[a], rows[b]) for index, (a, b) in enumerate(pairs)}
    found = list(ask_for(rows.agg(**values)).to_pylist()[0].values())
    return tuple((a, b, r) for (a, b), r in zip(pairs, found, strict=True))


def stats(
    settings: Settings, source: str, where: str = "", *, columns: Sequence[str] = (), join: str = "", on: str = "",
    how: str = "inner", label: str | None = None, item: str | None = None, agree: tuple[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None, run: str = "",
) -> Stats:  # fmt: skip
    """The statistics of a source, or of its join with another; computed where the data are.

    Raises: UnknownSource; SourceError; JoinError where rows would be multiplied; and as `describe`.
    """
    found = [catalog.describe(settings, name) for name in filter(None, (source, join))]
    with open_engine(settings, beside(found, settings)) as engine:
        table = engine.table(found[0])
        if join:
            pairs, other = joins.parse(join, on, how), engine.table(found[1])
            joins.without_partner(table, other, pairs, lambda expr: ask(settings, engine, expr, say, run).table)
            table = joins.joined(table, other, pairs, found)
        place = f"{source} with {join}" if join else source
        return describe(settings, engine, table, place, where=where, columns=columns, label=label, item=item,
                        agree=agree, say=say, run=run)  # fmt: skip
