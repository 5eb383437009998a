"""The report as files: one HTML page that needs nothing else, and the picture as PNG.

Left out: what is on them (`summary`, `chart`).
"""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import chart, summary
from .pipeline import REASONS
from .summary import Summary

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reviews</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ padding: .25rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }}
th:first-child, td:first-child {{ text-align: left; }}
.names td:last-child, .names th:last-child {{ text-align: left; }}
svg {{ width: 100%; height: auto; }}
.wrong {{ color: #b00; font-weight: bold; }}
</style></head><body>
<h1>Reviews</h1>
{numbers}
<figure style="margin:0" role="img" aria-label="Bars by language and label, the share that is reliable, and reasons for
 doubt; the tables below hold the numbers">{picture}</figure>
<h2>By language and label</h2>
<p>Labels of rows that need a review are the model's guess.</p>
{table}
{doubts}
{rejects}
<p>Pipeline {pipeline}: all rows that it has put into {where}.</p>
</body></html>
"""


def write(folder: Path, name: str, found: Summary) -> list[Path]:
    """`name`.html and `name`.png in a folder that is made where it is not; their paths."""
    png, svg = chart.draw(found)
    folder.mkdir(parents=True, exist_ok=True)
    page, picture = folder / f"{name}.html", folder / f"{name}.png"
    page.write_text(_html(found, svg), encoding="utf-8")
    picture.write_bytes(png)
    return [page, picture]


def _html(found: Summary, svg: str) -> str:
    bad = ' class="wrong"' if found.outcome.missing else ""
    lines = summary.numbers(found.outcome, found.where)
    doubts = [[name, f"{count:,}", REASONS.get(name, "")] for name, count in found.doubts.items()]
    return _PAGE.format(
        numbers="\n".join(f"<p{bad}>{html.escape(line)}</p>" for line in lines),
        picture=svg,
        table=_table(summary.table(found.groups)) if found.groups else "<p>No rows.</p>",
        doubts=_titled("Why rows need a review", [["reason", "reviews", "meaning"], *doubts]),
        rejects=_titled("Why rows were rejected", _counts(found.rejects)),
        pipeline=html.escape(found.outcome.pipeline),
        where=html.escape(found.where),
    )


def _counts(counts: Mapping[str, int]) -> list[list[str]]:
    return [["reason", "rows"], *([name, f"{count:,}"] for name, count in counts.items())]


def _titled(title: str, rows: Sequence[Sequence[str]]) -> str:
    """A table under its title; nothing where it has only a head."""
    kind = "names" if len(rows[0]) > 2 else ""
    return f"<h2>{title}</h2>\n{_table(rows, kind)}" if len(rows) > 1 else ""


def _table(rows: Sequence[Sequence[str]], kind: str = "") -> str:
    cells = [[html.escape(cell) for cell in row] for row in rows]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in cells[0])
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells[1:])
    return f'<table class="{kind}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'
