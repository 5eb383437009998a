"""The columns of the tables: which metric, under which heading, and the ratios beside them.

Left out: the tables of the text section (`text_columns`), the numbers (`record`) and how a table is written (`report`).
"""

from typing import NamedTuple

from . import contestants
from .plan import Plan
from .record import Record


class Column(NamedTuple):
    """A metric under a heading; with `base`, how many times the base's value it is, or the other way round."""

    heading: str
    metric: str
    base: str = ""
    smaller_is_better: bool = False

    def cell(self, record: Record, contestant: str) -> str:
        """What stands in this column for one contestant."""
        if not self.base:
            value = record.median(contestant, self.metric)
            return record.words(contestant, self.metric) or "-" if value is None else number(value)
        mine, theirs = (contestant, self.metric), (self.base, self.metric)
        ratio = record.ratio(theirs, mine) if self.smaller_is_better else record.ratio(mine, theirs)
        return "-" if ratio is None else f"{number(ratio)}x"


class Table(NamedTuple):
    """One table: a row for every contestant that has anything in its columns."""

    title: str
    about: str
    columns: tuple[Column, ...]
    rows: str = "Contestant"
    """What a row is."""


def number(value: float) -> str:
    """Three digits that matter, thousands apart; whole numbers whole.

    >>> number(0.04567), number(22.04), number(10387.1), number(100.0)
    ('0.0457', '22.0', '10,387', '100')
    """
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    for least, digits in ((100, 0), (10, 1), (1, 2), (0.1, 3)):
        if abs(value) >= least:
            return f"{value:.{digits}f}"
    return f"{value:.3g}"


def side_by_side(plan: Plan) -> Table:
    """The one table of a run: every contestant with its main figures."""
    http = tuple(Column(f"answers/s at {c}", f"http.{c}.per_s") for c in plan.connections)
    floods = tuple(Column(f"flood at {c:,}: answered %", f"flood.{c}.share") for c in plan.flood_connections)
    return Table(
        "Side by side",
        "Medians over the rounds. A dash: not applicable or not measured. *at N*: N connections over HTTP. "
        "What is behind a column stands in its section below.",
        (
            Column("one text, p50 µs", "text.p50_us"),
            Column("1,000 texts, ms", "text.many_ms"),
            *http,
            Column(f"p99 ms at {plan.connections[-1]}", f"http.{plan.connections[-1]}.p99_ms"),
            *floods,
            Column("start to first answer, ms", "cold.first_ms"),
            Column("resident MB", "memory.resident_mb"),
        ),
    )


def http(plan: Plan) -> Table:
    columns: list[Column] = []
    for c in plan.connections:
        columns += (
            Column(f"{c}: answers/s", f"http.{c}.per_s"),
            Column("of empty FastAPI, uvicorn", f"http.{c}.per_s", contestants.EMPTY),
            Column("p50 ms", f"http.{c}.p50_ms"),
            Column("p99 ms", f"http.{c}.p99_ms"),
        )
    return Table(
        "Requests per second",
        f"wrk, keep-alive, varied bodies of about 20 words, at {', '.join(map(str, plan.connections))} connections. A "
        "server has one core and the client the other; two workers share both cores with the client. Undertone writes "
        "a log line for every request (to /dev/null); the others' access logs are off.",
        (*columns, Column("failures", "http.failures")),
    )


def flood(plan: Plan) -> Table:
    columns: list[Column] = []
    for c in plan.flood_connections:
        columns += (
            Column(f"{c:,}: answered %", f"flood.{c}.share"),
            Column("p50 ms", f"flood.{c}.p50_ms"),
            Column("p99 ms", f"flood.{c}.p99_ms"),
            Column("all done after s", f"flood.{c}.wall_s"),
            Column("failures", f"flood.{c}.failures"),
        )
    return Table(
        f"A flood of {plan.flood_requests:,} requests",
        f"All connections are opened at once, server and client share both cores. A client waits "
        f"{plan.answer_timeout_s:g} s for an answer and the flood ends after {plan.flood_end_s:g} s. A time counts "
        "from the wish to connect, answered requests only. Failures are told of all rounds: "
        f"{plan.flood_rounds}, for the original one.",
        tuple(columns),
    )


def cold(_plan: Plan) -> Table:
    return Table(
        "Cold start",
        "From starting the process to its first answer, Python's own start included; files are in the page cache and "
        "bytecode is compiled. Servers answer over HTTP, the others in process.",
        (
            Column("ms", "cold.first_ms"),
            Column("of empty FastAPI + Mangum", "cold.first_ms", contestants.MANGUM),
        ),
    )


def memory(plan: Plan) -> Table:
    return Table(
        "Memory",
        f"After {plan.memory_requests:,} answers or more; a slow one has fewer. Resident counts shared pages whole, "
        "proportional shares them out. Of several processes the largest; the last columns add all up.",
        (
            Column("resident MB", "memory.resident_mb"),
            Column("proportional MB", "memory.proportional_mb"),
            Column("peak MB", "memory.peak_mb"),
            Column("answers before", "memory.requests"),
            Column("processes", "memory.processes"),
            Column("all, proportional MB", "memory.all_mb"),
        ),
    )
