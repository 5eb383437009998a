"""A subset of a source, joined with another where asked, divided by item, written as an extract with its provenance.

The engine computes it beside the data; what travels is the subset. The operational database is read where reading
goes to, on the replica where one is set and nowhere else, by one short COPY: no cursor is open while anybody trains.
Left out: the language of conditions (`language`), the files (`extracts`).
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa

from . import extracts, joins, language, moved, replicas, split, statements
from .catalog import describe
from .engines import arrow
from .engines.choose import beside, open_engine
from .engines.protocol import Engine
from .errors import ColumnError, SettingsError, shown_bytes
from .extracts import Extract
from .queries import admitted, ask
from .settings import Settings
from .sources import Source

_FORMAT = 1


@dataclass(frozen=True)
class Question:
    """What is asked for."""

    source: str
    where: str = ""
    columns: tuple[str, ...] = ()
    computed: tuple[tuple[str, str], ...] = ()
    """Names with their expressions, instead of `columns`."""
    join: joins.Join | None = None
    item: str | None = None
    parts: split.Parts | None = None
    text: str | None = None
    label: str | None = None


def select(
    settings: Settings,
    source: str = "",
    where: str = "",
    *,
    sql: str = "",
    columns: Sequence[str] = (),
    join: str = "",
    on: str = "",
    how: str = "inner",
    item: str | None = None,
    divide: str | None = split.DEFAULT,
    text: str | None = None,
    label: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Extract:
    """The rows of `source` where `where` holds, as a Parquet file with its provenance.

    `sql` says source, join, condition and columns at once (`statements`). `join` is another source, `on` the columns
    to compare, `item` the column whose rows stay together (default: `item` where there is one), `divide` how (`split`;
    None: not at all). `text` and `label` are counted for the provenance.
    The same question to the same data is answered by the extract that is there.

    Raises: UnknownSource, ColumnError, ExpressionError, SettingsError for the question; JoinError where rows would be
    multiplied; SubsetError; SplitError; BudgetError before more bytes move than may; ReplicaError; StorageError.
    """
    stated = statements.parse(sql) if sql else None
    if bool(stated) == bool(source) or (stated and (where or columns or join or on)):
        raise SettingsError("select", "a source with --where, --columns and --join, or --sql alone", "both or neither")
    asked = Question(
        stated.source if stated else source, where, tuple(columns),
        join=stated.join if stated else _join(join, on, how), item=item,
        parts=split.parse(divide) if divide else None, text=text, label=label,
    )  # fmt: skip
    with replicas.told(settings):
        sources = [describe(settings, name) for name in (asked.source, *((asked.join.source,) if asked.join else ()))]
        if stated:
            asked = _stated(asked, stated, list(sources[0].columns))
        with open_engine(settings, beside(sources, settings)) as engine:
            return _selected(settings, asked, sources, engine, say)


def _stated(asked: Question, stated: statements.Statement, left: Sequence[str]) -> Question:
    """With condition and columns of a statement, as the language of conditions writes them."""
    return replace(
        asked,
        where=stated.text(stated.where, left) if stated.where else "",
        computed=tuple((name, stated.text(node, left)) for name, node in stated.columns),
    )


def _join(source: str, on: str, how: str) -> joins.Join | None:
    if bool(source) != bool(on):
        raise SettingsError("--join" if on else "--on", "both --join SOURCE and --on COLUMNS", "one of them")
    return joins.parse(source, on, how) if source else None


def _selected(
    settings: Settings, asked: Question, sources: Sequence[Source], engine: Engine, say: Callable[[str], None]
) -> Extract:
    """See `select`."""
    tables = [engine.table(one) for one in sources]
    table = joins.joined(tables[0], tables[1], asked.join, sources) if asked.join else tables[0]
    asked = _completed(asked, table)
    table = _subset(table, asked, settings.seed, sources[0].name)
    question = {
        "source": asked.source, "where": asked.where, "columns": list(asked.columns),
        "computed": list(asked.computed),
        "join": asked.join._asdict() if asked.join else None, "item": asked.item,
        "split": asked.parts.text if asked.parts else None, "seed": settings.seed,
        "versions": {one.name: one.version for one in sources},
    }  # fmt: skip
    key = sha256(json.dumps([_FORMAT, question], sort_keys=True).encode()).hexdigest()[:16]
    folder = os.path.join(settings.folder, "extracts", key)
    if os.path.exists(os.path.join(folder, extracts.PROVENANCE)):
        found = extracts.load(folder)
        say(f"{found.rows:,} rows that are there already, nothing moved")
        return Extract(found.path, found.provenance, cached=True)

    def count(expr: Any) -> pa.Table:
        return ask(settings, engine, expr, run=run_of(key)).table

    without = joins.without_partner(tables[0], tables[1], asked.join, count) if asked.join else None
    provenance = {
        "format": _FORMAT, "key": key, **question, "without_partner": without, "engine": engine.name,
        "sql": engine.sql(table), "read_from": _read_from(settings, sources), "made_at": _now(),
        "sources": {one.name: {"kind": one.kind, "address": one.address, "rows": one.rows} for one in sources},
    }  # fmt: skip
    return _written(settings, asked, engine, table, folder, provenance, say)


def _written(
    settings: Settings, asked: Question, engine: Engine, table: Any, folder: str, provenance: Mapping[str, Any],
    say: Callable[[str], None],
) -> Extract:  # fmt: skip
    begun, before, estimate = time.monotonic(), engine.moved_bytes, admitted(settings, engine, table)
    say(f"about {estimate.rows:,} rows, {shown_bytes(estimate.bytes)} of {shown_bytes(settings.bytes_per_query)}")
    parts = tuple(name for name, _ in asked.parts.shares) if asked.parts else ()
    text, label = (name if name in table.columns else None for name in (asked.text, asked.label))
    shape = extracts.Shape(_place(asked), asked.item, asked.parts is not None, text, label, parts)
    batches = engine.batches(table, settings.bytes_per_query)
    made = extracts.write(folder, batches, arrow.schema(table), shape, provenance)
    travelled, run = engine.moved_bytes - before, run_of(made.key)
    line = moved.Moved(
        run, _now(), engine.name, tuple(sorted(provenance["versions"])), made.key, made.rows, estimate.bytes, travelled,
        cached=False, seconds=round(time.monotonic() - begun, 3),
    )  # fmt: skip
    moved.append(settings, line)
    say(f"{made.rows:,} rows, {shown_bytes(travelled)} moved")
    more = {"bytes_moved": moved.total_bytes(settings, run), "seconds": line.seconds}
    return extracts.told_after(folder, more)


def run_of(key: str) -> str:
    """The name under which an extract's queries are noted."""
    return f"select-{key}"


def _completed(asked: Question, table: Any) -> Question:
    """With the columns that nobody named and everybody means."""
    item = asked.item or ("item" if "item" in table.columns else None)
    if asked.parts and not item:
        raise ColumnError(
            asked.source, "item", "a column that says which rows stay together",
            f"only {', '.join(table.columns)}; name it with --item, or take --split none",
        )  # fmt: skip
    for name in filter(None, (asked.text, asked.label)):
        if name not in table.columns:
            raise ColumnError(asked.source, name, "a column of that name", f"only {', '.join(table.columns)}")
    return replace(asked, item=item, text=asked.text or "text", label=asked.label or "label")


def _subset(table: Any, asked: Question, seed: int, source: str) -> Any:
    """Rows, then columns, then parts."""
    if asked.where:
        table = table.filter(language.parse(asked.where, table))
    if asked.columns:
        missing = [name for name in asked.columns if name not in table.columns]
        if missing:
            raise ColumnError(source, missing[0], "a column of that name", f"only {', '.join(table.columns)}")
        needed = filter(None, (asked.item, asked.parts.column if asked.parts else None))
        table = table.select(*dict.fromkeys((*asked.columns, *needed)))
    if asked.computed:
        kept = {name: table[name] for name in filter(None, (asked.item, asked.parts.column if asked.parts else None))}
        made = {name: language.value(language.read(text), table) for name, text in asked.computed}
        table = table.select(**{**made, **{name: kept[name] for name in kept if name not in made}})
    if not asked.parts:
        return table
    return split.divided(table, str(asked.item), asked.parts, seed, source)


def _place(asked: Question) -> str:
    return asked.source + (f" where {asked.where}" if asked.where else "")


def _read_from(settings: Settings, sources: Sequence[Source]) -> str:
    if not any(one.kind == "table" for one in sources):
        return "files"
    return "replica" if settings.replica else "primary"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
