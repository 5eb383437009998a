"""`python -m workbench stats`: what is in a source or a join: counts, quantiles, top values, classes, agreement.

Left out: the work (`stats`), pictures (`report`).
"""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import settings
from ..errors import SettingsError, shown_bytes
from ..stats import QUANTILES, Agreement, Balance, Column, Stats, stats
from .shared import Place, Store
from .told import told

_WIDTH = 160
"""Of a file or a pipe, which has none."""


def command(
    source: Annotated[str, typer.Argument(help="a source of workbench.toml, or store.<table>")],
    where: Annotated[str, typer.Option(help="only these rows, as label in ('joy') and length(text) > 20")] = "",
    columns: Annotated[str, typer.Option(help="only these, with commas between")] = "",
    join: Annotated[str, typer.Option(help="another source")] = "",
    on: Annotated[str, typer.Option(help="columns that are equal: item, or id=post_id")] = "",
    how: Annotated[str, typer.Option(help="inner, or left to keep rows without a partner")] = "inner",
    label: Annotated[str | None, typer.Option(help="a column of classes: how many rows and items each has")] = None,
    item: Annotated[str | None, typer.Option(help="the column that says which rows belong together")] = None,
    agree: Annotated[str, typer.Option(help="two columns of labels, with a comma between: Cohen's kappa")] = "",
    engine: Annotated[str | None, typer.Option(help="duckdb, postgres, spark or athena")] = None,
    limit: Annotated[str | None, typer.Option(help="of bytes per query, as 200MB")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="tell each query's estimate and what it moved")] = False,
    place: Place = None,
    store: Store = None,
) -> None:
    """Describe the rows of a source, computed where they are; only the figures travel."""
    console = Console(width=None if Console().is_terminal else _WIDTH)
    with told():
        found = settings.load(place, store=store, engine=engine, bytes_per_query=limit)
        made = stats(
            found, source, where, columns=_names(columns), join=join, on=on, how=how, label=label, item=item,
            agree=_two(agree), say=Console(stderr=True).print if verbose else lambda _: None, run="stats",
        )  # fmt: skip
    if as_json:
        print(json.dumps(asdict(made), indent=2, default=str))
    else:
        _show(console, made)


def _show(console: Console, made: Stats) -> None:
    console.print(f"[bold]{escape(made.place)}[/bold]: {made.rows:,} rows\n")
    console.print(_columns(made.columns))
    if any(one.mean is not None for one in made.columns):
        console.print("", _numbers(made.columns))
    for one in made.columns:
        if one.top:
            values = ", ".join(f"{_short(value)} {count:,}" for value, count in one.top)
            console.print(f"\n[bold]{escape(one.name)}[/bold]: {escape(values)}")
    if made.balance:
        console.print("", _classes(made.balance))
    if made.agreement:
        console.print(_agreed(made.agreement))
    known = [(a, b, r) for a, b, r in made.correlations if r is not None]
    if known:
        shown = _table("column", "and", "r")
        for a, b, r in sorted(known, key=lambda row: -abs(row[2])):
            shown.add_row(escape(a), escape(b), f"{r:+.3f}")
        console.print("\n[bold]correlation[/bold]", shown)
    console.print(f"\n{shown_bytes(made.moved_bytes)} moved")


def _columns(columns: tuple[Column, ...]) -> Table:
    shown = _table("column", "type", "missing", "distinct")
    for one in columns:
        shown.add_row(escape(one.name), one.type, f"{one.missing:,}", f"{one.distinct:,}")
    return shown


def _numbers(columns: tuple[Column, ...]) -> Table:
    shown = _table("column", "mean", "spread", "least", *(f"{q:.0%}" for q in QUANTILES), "greatest")
    for one in columns:
        if one.mean is not None or one.least is not None:
            parts = [one.quantiles.get(q) for q in QUANTILES]
            values = map(_number, (one.mean, one.spread, one.least, *parts, one.greatest))
            shown.add_row(escape(one.name), *values)
    return shown


def _table(*names: str) -> Table:
    shown = Table(box=None, pad_edge=False)
    for name in names:
        shown.add_column(
            name, justify="left" if name in ("column", "type", "class") else "right", no_wrap=name != "column"
        )
    return shown


def _classes(balance: tuple[Balance, ...]) -> Table:
    shown = _table("class", "rows", "items", "share")
    for one in balance:
        items, share = ("" if value is None else value for value in (one.items, one.share))
        shown.add_row(_short(one.label), f"{one.rows:,}", f"{items}", f"{share:.1%}" if share != "" else "")
    return shown


def _agreed(made: Agreement) -> str:
    kappa = "not defined: both always give one label" if made.kappa is None else f"{made.kappa:.3f}"
    return escape(f"\n{made.left} and {made.right}: equal in {made.observed:.1%} of {made.rows:,} rows, kappa {kappa}")


def _number(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _short(value: str | None) -> str:
    return "(missing)" if value is None else repr(value) if len(value) < 40 else repr(value[:37] + "…")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _two(text: str) -> tuple[str, str] | None:
    names = _names(text)
    if text and len(names) != 2:
        raise SettingsError("--agree", "two columns, as label,other", repr(text))
    return (names[0], names[1]) if names else None
