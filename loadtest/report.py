"""The report: one content as Markdown with pictures beside it, and as an HTML page that needs no other file.

Left out: what the figures say in words (`verdict`) and the pictures (`charts`).
"""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from . import prices
from .summary import Step
from .verdict import ceiling

MEMORY_MB = (128, 256, 512, 1024, 1769)
VCPU_MB = 1769
"""Memory that brings one vCPU; with less a function gets its share (dg/configuration-memory.html)."""


class Table(NamedTuple):
    """A heading, what to know about it, and rows of cells."""

    title: str
    about: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Page(NamedTuple):
    """All of a report. `facts`: (name, value) of what ran. `charts`: name -> (what it shows, SVG)."""

    title: str
    facts: Sequence[tuple[str, str]]
    verdict: Sequence[str]
    tables: Sequence[Table]
    charts: dict[str, tuple[str, str]]
    passed: bool | None


def of_steps(found: Sequence[Step]) -> Table:
    """The main table, a row a step."""
    head = ("concurrency limit", "offered /s", "answered /s", "share", "p50 ms", "p95 ms", "p99 ms", "throttled",
            "faults", "timeouts", "cold", "client CPU", "machine CPU", "ceiling")  # fmt: skip
    about = "Latencies are those of answered requests, from when each was due. Throttles, faults and timeouts are "
    about += "counted by attempt. The client's CPU is of one core, for its busiest process."
    return Table("Steps", about, head, [_row(step) for step in found])


def _row(step: Step) -> tuple[str, ...]:
    latencies = (f"{ms:,.1f}" if step.answered else "" for ms in (step.p50_ms, step.p95_ms, step.p99_ms))
    counts = (f"{step.kinds.get(kind, 0):,}" for kind in ("throttled", "fault", "timeout"))
    return (
        step.name, f"{step.offered_per_s:,.1f}", f"{step.answered_per_s:,.1f}", f"{100 * step.success:.2f} %",
        *latencies, *counts, f"{step.cold:,}", f"{step.client:.0%}", f"{step.machine:.0%}", ceiling(step),
    )  # fmt: skip


def of_throttles(found: Sequence[Step]) -> Table:
    """Throttled attempts by Lambda's reason."""
    reasons = sorted({reason for step in found for reason in step.throttles})
    rows = [(step.name, *(f"{step.throttles.get(reason, 0):,}" for reason in reasons)) for step in found]
    return Table("Throttles by reason", "Throttled attempts.", ("concurrency limit", *reasons), rows if reasons else [])


def of_failures(found: Sequence[Step]) -> Table:
    """Attempts that were neither answered nor throttled, by what they met."""
    names = sorted({name for step in found for name in step.failures})
    rows = [(name, *(f"{step.failures.get(name, 0):,}" for step in found)) for name in names]
    about = "Attempts that were neither answered nor throttled, by concurrency limit."
    return Table("Failures by reason", about, ("failure", *(step.name for step in found)), rows)


def of_costs(duration_ms: float, known: prices.Prices) -> Table:
    """What a million requests cost by memory and architecture.

    The measured duration is taken as that of a whole vCPU; below 1,769 MB it grows as the share of one shrinks.
    """
    rows = []
    for memory in MEMORY_MB:
        longer = duration_ms * max(1.0, VCPU_MB / memory)
        billed = prices.billed_ms(longer)
        costs = [prices.on_demand(rates, 1e6, 1e3 * billed, memory) for rates in known.rates.values()]
        rows.append((f"{memory:,} MB", f"{longer:,.2f}", f"{billed:,}", *(f"${cost:,.3f}" for cost in costs)))
    about = f"On demand, {known.region}, prices of {known.read}, without cold starts and the free tier. The measured "
    about += (
        f"mean of {duration_ms:,.2f} ms is taken as that of one vCPU; with less memory it is stretched in proportion."
    )
    return Table("Cost per million requests", about, ("memory", "ms", "billed ms", *known.rates), rows)


def write(folder: Path, page: Page) -> None:
    """report.md, report.html and the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, svg) in page.charts.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / "report.md").write_text(markdown(page), encoding="utf-8")
    (folder / "report.html").write_text(as_html(page), encoding="utf-8")


def markdown(page: Page) -> str:
    """The page as Markdown."""
    parts = [f"# {page.title}", _bullets(page.verdict)]
    parts += [f"![{shows}]({name}.svg)" for name, (shows, _) in page.charts.items()]
    for table in filter(lambda table: table.rows, page.tables):
        parts += [f"## {table.title}", table.about, _grid(table.head, table.rows)]
    parts += ["## What ran", _bullets(f"{n}: {v}" for n, v in page.facts)]
    return "\n\n".join(parts) + "\n"


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = "|" + "|".join([":--"] + ["--:"] * (len(head) - 1)) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", rule, *("| " + " | ".join(row) + " |" for row in rows)])


_CSS = """
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #f6f6f4 }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem; margin-top: 2rem }
.verdict { background: #fff; border-left: .4rem solid #0072b2; padding: .6rem 1rem }
.verdict.missed { border-color: #d55e00 } .verdict.met { border-color: #009e73 }
.verdict li { margin: .35rem 0 } .verdict ul { margin: 0; padding-left: 1.1rem }
.scroll { overflow-x: auto; background: #fff }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100% }
th, td { padding: .35rem .6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap }
th:first-child, td:first-child { text-align: left }
th { background: #eee; white-space: normal; vertical-align: bottom }
figure { background: #fff; margin: 1rem 0; padding: .6rem } figure svg { width: 100%; height: auto }
figcaption, .about { color: #555; font-size: .9rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dt { color: #555 } dd { margin: 0 }
"""


def as_html(page: Page) -> str:
    """The page as HTML, with its style and its pictures inside."""
    said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in page.verdict)
    mark = "" if page.passed is None else " met" if page.passed else " missed"
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in page.facts)
    charts = "".join(_figure(name, *chart) for name, chart in page.charts.items())
    tables = "".join(_table(table) for table in page.tables if table.rows)
    title = html.escape(page.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_CSS}</style></head>\n'
        f'<body><h1>{title}</h1>\n<div class="verdict{mark}"><ul>{said}</ul></div>\n{charts}\n{tables}\n'
        f"<h2>What ran</h2><dl>{facts}</dl></body></html>\n"
    )


def _figure(name: str, shows: str, svg: str) -> str:
    """A picture with the words for who cannot see it; its inner names are made its own, as they share the page."""
    own = svg.replace('id="', f'id="{name}-').replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
    label = html.escape(shows)
    named = own.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return f"<figure>{named}<figcaption>{label}</figcaption></figure>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in table.head)
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return (
        f'<h2>{html.escape(table.title)}</h2><p class="about">{html.escape(table.about)}</p>'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
