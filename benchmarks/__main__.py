"""`python -m benchmarks`: measure everything side by side and write docs/benchmarks.md.

    python -m benchmarks [--quick] [--only SECTION] [--without WORD] [--out FILE]

A quick or partial run is printed, and written only where --out says. Left out: what is measured
(`sections`) and against which limits (`budgets`).
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from textmodel import ArtifactError, load
from textmodel.model import ROOT

from . import budgets, charts, columns, contestants, machine, text_columns
from .place import Place, prepared
from .plan import FULL, QUICK, Plan
from .process import progress
from .record import Record
from .report import Head, render
from .sections import cold, drift, flood, http, memory, options, per_text, rules, stages

REPORT = os.path.join(contestants.ROOT, "docs", "benchmarks.md")
REMARKS = """
The original is rebuilt on today's versions with random weights, which do not matter for speed; a plain list stands \
in for pandas. It has the same server options as the others, and fewer rounds, because it is slow.
MLServer answers by a custom route with the same JSON as the others; LitServe and BentoML run one worker. All their \
processes share the one core that a server has.
Every server answered with status 200 and a label before it was loaded; wrk counts a status above 399 as a failure.
""".strip().splitlines()


class Part(NamedTuple):
    """A part of a section: how it measures, and the table of what it has measured."""

    run: Callable[[Plan, Record, Place], None]
    table: Callable[[Plan], columns.Table]


SECTIONS = {
    "text": (
        Part(per_text.run, text_columns.per_text),
        Part(rules.run, text_columns.rules),
        Part(stages.run, text_columns.stages),
        Part(options.run, text_columns.options),
        Part(drift.run, text_columns.drift),
    ),
    "http": (Part(http.run, columns.http),),
    "flood": (Part(flood.run, columns.flood),),
    "cold": (Part(cold.run, columns.cold),),
    "memory": (Part(memory.run, columns.memory),),
}


def main(arguments: list[str] | None = None) -> int:
    """Run, print and write; 2 when there is no artifact to serve."""
    options = _parse(arguments)
    plan = QUICK if options.quick else FULL
    try:
        load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)
    except ArtifactError as error:
        print(f"benchmarks: no artifact to serve: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers end as with Ctrl-C
    record, started = Record(), time.monotonic()
    head = _head(plan, record)
    parts = [part for name in options.only or SECTIONS for part in SECTIONS[name]]
    with prepared(options.without) as place:
        for part in parts:
            part.run(plan, record, place)
    progress(f"took {time.monotonic() - started:.0f} s")
    tables = [columns.side_by_side(plan), *(part.table(plan) for part in parts)]
    page = render(head, record, tables, budgets.judge(record, plan))
    print(page)
    partial = options.quick or options.only or options.without
    _write(page, options.out or ("" if partial else REPORT))
    return 0


def _parse(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure everything side by side.")
    parser.add_argument("--quick", action="store_true", help="small counts, to try things; a minute or two")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="measure only this section; may be repeated")
    parser.add_argument(
        "--without", action="append", default=[], metavar="WORD", help="leave out who has this in the name"
    )
    parser.add_argument("--out", metavar="FILE", help="where to write; default docs/benchmarks.md for a full run")
    return parser.parse_args(None if arguments is None else list(arguments))


def _head(plan: Plan, record: Record) -> Head:
    """The machine as it is before the run; the limits of files are raised here, for all alike."""
    machine.allow_many_files()
    record.skipped.update(contestants.missing_peers())
    peers = [f"{name} {v}" for name, v in machine.peer_versions(contestants.PEERS_PYTHON).items() if v]
    described = [*machine.describe(), *([("Other frameworks", ", ".join(peers))] if peers else [])]
    remarks = [
        _size(plan),
        f"Others using the machine: load average {os.getloadavg()[0]:.1f} in the minute before the run.",
        *REMARKS,
    ]
    return Head(datetime.now(UTC).strftime("%Y-%m-%d"), described, remarks)


def _size(plan: Plan) -> str:
    if plan is QUICK:
        return "A quick run: too few repeats to quote."
    return f"{plan.rounds} rounds in process, {plan.http_rounds} over HTTP, {plan.flood_rounds} floods for each server."


def _write(page: str, path: str) -> None:
    if path:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        charts.write(page, path)
        progress(f"written to {os.path.relpath(path)}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
