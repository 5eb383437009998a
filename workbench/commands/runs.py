"""`python -m workbench runs`: what was computed, its main figure, and the bytes that it moved.

Left out: the work (`workbench.runs`).
"""

import json
from typing import Annotated

import typer

from .. import figures, settings
from ..errors import shown_bytes
from ..runs import runs as listed
from .shared import Place, Store
from .told import told


def runs(
    task: Annotated[str | None, typer.Option(help="of this task only", show_default="all")] = None,
    kind: Annotated[str | None, typer.Option(help="train, validate, label, select ...", show_default="all")] = None,
    limit: Annotated[int, typer.Option(min=1, help="the newest so many")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON, with all figures")] = False,
    place: Place = None,
    store: Store = None,
) -> None:
    """List the runs of the store and the extracts of this folder, the newest first."""
    with told():
        found = listed(settings.load(place, store=store), task, kind, limit)
        if as_json:
            print(json.dumps([one._asdict() for one in found], indent=2, ensure_ascii=False))
            return
        head = ["run", "made at", "kind", "task", "model", "rows", "seconds", "moved", "figure"]
        lines = [
            [one.run, one.made_at[:19].replace("T", " "), one.kind, one.task, one.model or "", f"{one.rows:,}",
             f"{one.seconds:,.1f}", shown_bytes(one.bytes_moved), one.main]
            for one in found
        ]  # fmt: skip
        print(figures.text([head, *lines]))
        moved = sum(one.bytes_moved for one in found)
        print(f"\n{len(found)} runs, {shown_bytes(moved)} moved")
