"""`python -m workbench catalog`: the sources, their columns and sizes, and what is wrong with any of them.

Left out: the work (`catalog`).
"""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import settings, tables
from ..catalog import describe, opened, surveyed
from ..errors import WorkbenchError, shown_bytes
from ..settings import Settings
from ..sources import Source
from .shared import Place, Store
from .told import told


def command(
    source: Annotated[str | None, typer.Argument(help="one source, with its columns")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    place: Place = None,
    store: Store = None,
) -> None:
    """Tell the sources: kind, rows, bytes, columns, version; a source that cannot be read says why."""
    with told():
        found = settings.load(place, store=store)
        every = [describe(found, source)] if source else surveyed(found)
        if as_json:
            print(json.dumps([_plain(one) for one in every], indent=2))
        elif source:
            _one(every[0])
        else:
            _all(found, every)
        wrong = [one[1] for one in every if not isinstance(one, Source)]
    if wrong:
        raise typer.Exit(max(error.exit_code for error in wrong))


def _all(found: Settings, every: list[Any]) -> None:
    shown = Table("source", "kind", "rows", "size", "columns", box=None, pad_edge=False)
    for one in every:
        if isinstance(one, Source):
            columns = ", ".join(f"{name} {kind}" for name, kind in one.columns.items())
            shown.add_row(one.name, one.kind, f"{one.rows:,}", shown_bytes(one.size_bytes), escape(columns))
        else:
            shown.add_row(one[0].name, one[0].kind, "", "", escape(str(one[1])), style="red")
    console = Console()
    if every:
        console.print(shown)
    else:
        console.print("No source has a name yet: write \\[sources.<name>] with path or table into workbench.toml.")
    _tables(found, console)


def _tables(found: Settings, console: Console) -> None:
    """The tables that have no name in workbench.toml can be asked for, too."""
    try:
        with opened(found) as database:
            named = {spec.address for spec in found.sources.values() if spec.kind == "table"}
            others = [name for name in tables.names(database) if name not in named and name != "alembic_version"]
            if others:
                console.print(escape(f"\nAlso in {database.where}: {', '.join(f'store.{name}' for name in others)}"))
    except WorkbenchError as error:
        console.print(escape(f"\nThe operational database: {error}"), style="yellow")


def _one(one: Any) -> None:
    print(f"{one.name}: {one.kind}, {one.rows:,} rows, {shown_bytes(one.size_bytes)}, version {one.version}")
    print(one.address)
    for name, kind in one.columns.items():
        print(f"  {name}  {kind}")


def _plain(one: Any) -> dict[str, Any]:
    if isinstance(one, Source):
        return {**asdict(one.spec), **{k: v for k, v in asdict(one).items() if k != "spec"}}
    return {**asdict(one[0]), "error": str(one[1])}
