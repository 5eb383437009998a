"""`make workbench-oltp`: OLTP latency with and without fifteen analysts, on a real primary and its replica.

With two processors or more, the primary and its clients have one half, the replica and the analysts the other, as on
two machines. Left out: a network between them, and disks: fsync is off.
"""

import json
import os
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ..commands.told import told
from ..errors import shown_bytes
from .cluster import primary_and_replica
from .filling import Filled, fill
from .measure import Condition, measured

_OPTIONS = {"hot_standby_feedback": "on", "shared_buffers": "256MB", "max_parallel_workers_per_gather": "0"}


@dataclass(frozen=True)
class Report:
    """All figures of one run."""

    processors: list[list[int]]
    filled: Filled
    conditions: list[Condition]


def oltp(
    analysts: int = 15, rows: int = 100_000, rate: int = 100, seconds: int = 20, rounds: int = 3, scale: int = 5,
    console: Console | None = None,
) -> Report:  # fmt: skip
    """Measure; `rate` is transactions a second, `scale` times 100,000 accounts."""
    ours, theirs = halves(sorted(os.sched_getaffinity(0)))

    def say(text: str) -> None:
        if console:
            console.print(text)

    with primary_and_replica(ours, theirs, _OPTIONS) as (primary, replica):
        filled = fill(primary, rows, scale)
        say(f"{filled.rows:,} predictions loaded in {filled.load_s:.1f} s")
        conditions = measured(
            primary, replica, analysts=analysts, rate=rate, seconds=seconds, rounds=rounds, analysts_on=theirs, say=say
        )
    return Report([ours, theirs], filled, conditions)


def halves(processors: list[int]) -> tuple[list[int], list[int]]:
    """The processors of the primary, and those of replica and analysts; the same where there is one."""
    half = len(processors) // 2
    return (processors[:half], processors[half:]) if half else (processors, processors)


def command(
    analysts: Annotated[int, typer.Option(help="at work at once")] = 15,
    rows: Annotated[int, typer.Option(help="predictions in the database")] = 100_000,
    rate: Annotated[int, typer.Option(help="transactions a second")] = 100,
    seconds: Annotated[int, typer.Option(help="of each condition and round")] = 20,
    rounds: Annotated[int, typer.Option(help="of all conditions")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="figures as JSON")] = False,
) -> None:
    """Measure OLTP latency on the primary with and without analysts at work."""
    console = Console(stderr=True)
    with told():
        report = oltp(analysts, rows, rate, seconds, rounds, console=console)
    if as_json:
        made = {
            "processors": report.processors,
            "filled": report.filled._asdict(),
            "conditions": [c._asdict() for c in report.conditions],
        }
        print(json.dumps(made, indent=2))
    else:
        _show(report, analysts, rate)


def _show(report: Report, analysts: int, rate: int) -> None:
    filled = report.filled
    print(
        f"load {filled.rows:,} predictions {filled.load_s:.2f} s ({filled.rows_per_s:,.0f} rows/s), again "
        f"{filled.replay_s:.2f} s ({filled.replay_changed} rows changed), drop of a model {filled.drop_s:.3f} s"
    )
    table = Table(
        "", "p50 ms", "p99 ms", "p99 by round", "max ms", "transactions", "answered", "unfinished", "moved", "lag s"
    )
    table.title = f"{rate} transactions a second, {analysts} analysts"
    for one in report.conditions:
        missed = f" ({one.not_answered} not)" if one.not_answered else ""
        by_round = " ".join(f"{ms:.0f}" for ms in one.rounds_p99_ms)
        table.add_row(
            one.name, f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", by_round, f"{one.max_ms:.0f}", f"{one.transactions:,}",
            f"{one.answered:,}{missed}", f"{one.unfinished}", shown_bytes(one.moved_bytes), f"{one.lag_s:.1f}",
        )  # fmt: skip
    Console(width=140).print(table)


if __name__ == "__main__":
    typer.run(command)
