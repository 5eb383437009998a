"""`python -m workbench compare`: figures of runs side by side, and what was different when they were made.

Left out: the work (`workbench.compare`).
"""

import json
from typing import Annotated

import typer

from .. import figures, settings
from ..compare import Comparison, Figure
from ..compare import compare as compared
from .shared import Place, Store
from .told import told


def compare(
    keys: Annotated[list[str], typer.Argument(metavar="RUN RUN ...", help="the beginnings of their keys")],
    slices: Annotated[bool, typer.Option("--slices", help="by label and other slices too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
    place: Place = None,
    store: Store = None,
) -> None:
    """Hold the figures of two runs or more against each other."""
    with told():
        found = compared(settings.load(place, store=store), *keys, slices=slices)
        print(json.dumps(_plain(found), indent=2, ensure_ascii=False) if as_json else shown(found))


def shown(found: Comparison) -> str:
    """Figures, then what differed."""
    head = ["figure", *(one.run for one in found.runs), "difference", ""]
    lines = [[_name(one), *map(_value, one.values), _signed(one.difference), _verdict(one)] for one in found.figures]
    told_of = [f"{name}: {' | '.join(map(str, values))}" for name, values in found.differences.items()]
    parts = [figures.text([head, *lines])]
    parts.append("\n".join(["what differs:", *told_of]) if told_of else "nothing else differs")
    if not found.same_data:
        parts.append("These figures were measured on different data: they do not compare the models.")
    return "\n\n".join(parts)


def _name(one: Figure) -> str:
    return " ".join(filter(None, (one.split, one.slice, one.name)))


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"


def _verdict(one: Figure) -> str:
    return {True: "apart", False: "within chance", None: ""}[one.apart]


def _plain(found: Comparison) -> dict[str, object]:
    return {
        **found._asdict(),
        "runs": [one._asdict() for one in found.runs],
        "figures": [one._asdict() for one in found.figures],
    }
