"""A record as Markdown: what ran where, the one table, the budgets, then each section's table.

Left out: measuring and judging.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .budgets import Budget
from .columns import Table
from .record import Record

_TRUST = "All figures are from one run on one machine, contestants taking turns: trust the ratios, not the seconds."


class Head(NamedTuple):
    """What a reader has to know before the figures."""

    date: str
    machine: Sequence[tuple[str, str]]
    remarks: Sequence[str]


def render(head: Head, record: Record, tables: Sequence[Table], budgets: Iterable[Budget]) -> str:
    """The whole page; the first of `tables` is the one with everything side by side."""
    first, *sections = tables
    parts = [
        "# Benchmarks",
        f"Written by `make bench` on {head.date}. {_TRUST}",
        "\n".join(f"- {name}: {value}" for name, value in head.machine),
        _section(first, record),
        "## Budgets",
        grid(("What", "Budget", "Measured", "Verdict"), (budget.row() for budget in budgets)),
        *(_section(table, record) for table in sections),
        "## Remarks",
        "\n".join(f"- {remark}" for remark in (*head.remarks, *record.notes, *_skipped(record))),
    ]
    return "\n\n".join(parts) + "\n"


def _section(table: Table, record: Record) -> str:
    names = record.contestants({column.metric for column in table.columns})
    rows = ((name, *(column.cell(record, name) for column in table.columns)) for name in names)
    return "\n\n".join(
        (f"## {table.title}", table.about, grid((table.rows, *(column.heading for column in table.columns)), rows))
    )


def _skipped(record: Record) -> list[str]:
    return [f"Left out, {name}: {' '.join(reason.split())}." for name, reason in record.skipped.items()]


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns line up also as plain text; the first column is to the left.

    >>> print(grid(("a", "b"), [("x", "10")]))
    | a |  b |
    |:--|---:|
    | x | 10 |
    """
    table = [tuple(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["| " + " | ".join(_pad(cell, widths[n], n) for n, cell in enumerate(row)) + " |" for row in table]
    rule = "|" + "|".join(":" + "-" * (w + 1) if n == 0 else "-" * (w + 1) + ":" for n, w in enumerate(widths)) + "|"
    return "\n".join((lines[0], rule, *lines[1:]))


def _pad(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column == 0 else cell.rjust(width)
