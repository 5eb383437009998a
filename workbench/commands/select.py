"""`python -m workbench select`: a subset of a source as an extract, with its provenance.

Left out: the work (`workbench.select`).
"""

import json
import os
import sys
from typing import Annotated

import typer

from .. import settings, split
from ..errors import shown_bytes
from ..extracts import Extract
from ..select import select as selected
from .shared import Place, Seed, Store
from .told import told


def select(
    source: Annotated[str, typer.Argument(help="a source of workbench.toml, or store.<table>")] = "",
    where: Annotated[str, typer.Option(help="a condition: label in ('joy', 'anger') and length(text) > 20")] = "",
    sql: Annotated[str, typer.Option(help="SELECT text, label FROM train WHERE ... instead of the rest")] = "",
    columns: Annotated[str, typer.Option(help="names with commas between; default: all")] = "",
    join: Annotated[str, typer.Option(help="another source, at most one row of it for each of ours")] = "",
    on: Annotated[str, typer.Option(help="columns to compare: item, or id=post_id")] = "",
    how: Annotated[str, typer.Option(help="rows without a partner: inner leaves them out, left keeps them")] = "inner",
    item: Annotated[str | None, typer.Option(help="the column whose rows stay together", show_default="item")] = None,
    divide: Annotated[
        str, typer.Option("--split", help="parts and their per cent, column:NAME, or none")
    ] = split.DEFAULT,
    text: Annotated[str | None, typer.Option(help="the column of texts", show_default="text")] = None,
    label: Annotated[str | None, typer.Option(help="the column of labels", show_default="label")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the provenance as JSON")] = False,
    place: Place = None,
    store: Store = None,
    seed: Seed = None,
) -> None:
    """Write the rows of a source that a condition holds for as a Parquet extract, divided by item."""
    with told():
        made = selected(
            settings.load(place, store=store, seed=seed), source, where, sql=sql,
            columns=[name.strip() for name in columns.split(",") if name.strip()], join=join, on=on, how=how, item=item,
            divide=None if divide == "none" else divide, text=text, label=label,
            say=lambda line: print(line, file=sys.stderr),
        )  # fmt: skip
        print(json.dumps(dict(made.provenance), indent=2, ensure_ascii=False) if as_json else shown(made))


def shown(made: Extract) -> str:
    """What a person wants to know of an extract."""
    of, lines = made.provenance, [os.path.dirname(made.path)]
    items = f" of {of['items']:,} items" if "items" in of else ""
    travelled = "nothing moved now" if made.cached else f"{shown_bytes(of['bytes_moved'])} moved"
    lines.append(f"{made.rows:,} rows{items}, {shown_bytes(of['size_bytes'])}, {travelled}")
    for title, name in (("split", "split_rows"), ("labels", "labels")):
        if of.get(name):
            lines.append(f"{title}: " + ", ".join(f"{part} {count:,}" for part, count in list(of[name].items())[:12]))
    if of.get("without_partner"):
        verb = "left out" if of["join"]["how"] == "inner" else "kept"
        lines.append(f"{of['without_partner']:,} rows without a partner in {of['join']['source']}, {verb}")
    if of.get("texts_in_several_parts"):
        lines.append(f"{of['texts_in_several_parts']:,} texts are in several parts, word for word")
    return "\n".join(lines)
