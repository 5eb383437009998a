"""What was measured: a table on a terminal, or JSON.

Left out: measuring (`measure`).
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from .measure import ALL, Row

_WIDTH = 88
_WORK = ("engine", "from", "lines", "found", "failed", "unknown", "negations lost", "texts/s")
_NOTES = """\
Recall is the mean of the labels' recalls, {chance} by chance. With {lines} lines it may be {margin:.2f} off.
Found: lines whose language was told from the text alone, right / wrong; the rest is unknown.
Unknown: the mean share of a text's words that the engine left as they were.
Negations lost: of the lines that have one; in brackets those that a person's
translation is said to have lost too, which is the check's own fault."""


def show(rows: Sequence[Row], labels: int, console: Console | None = None) -> None:
    """Print what the engines did, the recall by yardstick, and what both mean."""
    console = console or Console(width=max(_WIDTH, Console().width))
    work = _table(*_WORK)
    for row in rows:
        work.add_row(*_done(row), style=_style(row))
    console.print(work)
    for yardstick in rows[0].recall:
        recall = _table("engine", "from", "before", "after", "reference")
        for row in rows:
            shares = ("" if share is None else f"{share:.3f}" for share in row.recall[yardstick])
            recall.add_row(row.engine, row.language, *shares, style=_style(row))
        console.print(f"\nMacro recall by {yardstick}: the texts as they are, their translation, and a person's\n")
        console.print(recall)
    fewest = min(row.lines for row in rows)
    console.print("\n" + _NOTES.format(chance=f"{1 / labels:.3f}".lstrip("0"), lines=fewest, margin=margin(fewest)))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(names):
        table.add_column(name, justify="left" if number < 2 else "right", no_wrap=True)
    return table


def _style(row: Row) -> str | None:
    return "bold" if row.language == ALL else None


def as_json(rows: Sequence[Row]) -> str:
    """The same, for a program: a list of objects, shares from 0 to 1."""
    return json.dumps([_plain(row) for row in rows], indent=2)


def margin(lines: int) -> float:
    """Half the width of a 95 % interval of a share of so many lines, at its widest.

    >>> round(margin(100), 3)
    0.098
    """
    return 1.96 * math.sqrt(0.25 / lines)


def _plain(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "recall": {name: recall._asdict() for name, recall in row.recall.items()}}


def _done(row: Row) -> list[str]:
    lost = "" if row.negations_lost is None else f"{row.negations_lost} of {row.negated}"
    return [
        row.engine,
        row.language,
        str(row.lines),
        f"{row.language_right} / {row.language_wrong}",
        str(row.failed),
        "" if row.unknown_words is None else f"{row.unknown_words:.1%}",
        f"{lost} ({row.false_alarms})".strip() if row.false_alarms is not None else lost,
        "" if row.texts_per_s is None else f"{row.texts_per_s:,.0f}",
    ]
