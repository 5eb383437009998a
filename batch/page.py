"""The report as files: one HTML page that needs nothing else, and the picture as PNG.

Left out: what is on them (`summary`, `chart`).
"""

import html
import os
from collections.abc import Sequence
from pathlib import Path

from . import chart, summary
from .pipeline import REASONS
from .summary import Summary

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reviews</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; --text: #222; --back: #fff; --line: #ddd; --card: #f4f4f4; --wrong: #b00; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --text: #ddd; --back: #161616; --line: #444; --card: #242424; --wrong: #f77; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; }}
dl {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; }}
dl div {{ background: var(--card); border-radius: .5rem; padding: .5rem .8rem; }}
dt {{ font-size: .9rem; }}
dd {{ margin: 0; font-size: 1.5rem; font-weight: bold; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ padding: .25rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }}
td {{ white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }}
.sum tr:last-child {{ font-weight: bold; }}
.names td:last-child, .names th:last-child {{ text-align: left; white-space: normal; min-width: 12rem; }}
.reasons td:first-child {{ white-space: normal; }}
figure {{ margin: 0; display: grid; gap: 1rem; }}
figure {{ grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }}
svg {{ width: 100%; height: auto; }}
svg text {{ fill: currentColor; }}
.wrong {{ color: var(--wrong); font-weight: bold; }}
</style></head><body>
<h1>Reviews</h1>
<dl>
{figures}
</dl>
{missing}
<figure role="img" aria-label="Labels by language, the share that is reliable, and reasons for doubt;
 the tables below hold the numbers">{pictures}</figure>
<h2>By language and label</h2>
<p>Labels of rows that need a review are the model's guess.</p>
{table}
{doubts}
{rejects}
<h2>The run</h2>
{numbers}
<p>Pipeline {pipeline}: all rows that it has put into {where}.</p>
</body></html>
"""


def write(folder: Path, name: str, found: Summary) -> list[Path]:
    """`name`.html and `name`.png in a folder that is made where it is not; their paths."""
    png, svgs = chart.draw(found)
    folder.mkdir(parents=True, exist_ok=True)
    page, picture = folder / f"{name}.html", folder / f"{name}.png"
    _replace(page, _html(found, svgs).encode())
    _replace(picture, png)
    return [page, picture]


def _replace(path: Path, content: bytes) -> None:
    """Wholly, or as it was."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _html(found: Summary, svgs: Sequence[str]) -> str:
    lines = summary.numbers(found.outcome, found.where)
    doubts = [[name, f"{count:,}", REASONS.get(name, "")] for name, count in found.doubts.items()]
    rejects = [[name, f"{one.rows:,}", f"{one.source}, line {one.line:,}"] for name, one in found.rejects.items()]
    return _PAGE.format(
        figures=_figures(found),
        missing="\n".join(f'<p class="wrong">{html.escape(line)}</p>' for line in found.outcome.missing),
        pictures="\n".join(svgs),
        table=_table(summary.table(found.groups), "sum") if found.groups else "<p>No rows.</p>",
        doubts=_titled("Why rows need a review", [["reason", "reviews", "meaning"], *doubts], "names"),
        rejects=_titled("Why rows were rejected", [["reason", "rows", "the first"], *rejects], "names reasons"),
        numbers="\n".join(f"<p>{html.escape(line)}</p>" for line in lines),
        pipeline=html.escape(found.outcome.pipeline),
        where=html.escape(found.where),
    )


def _figures(found: Summary) -> str:
    """A number and its sign stay on one line."""
    return "\n".join(
        f"<div><dt>{name}</dt><dd>{number.replace(' %', '&nbsp;%')}</dd></div>"
        for name, number in summary.figures(found)
    )


def _titled(title: str, rows: Sequence[Sequence[str]], kind: str) -> str:
    """A table under its title; nothing where it has only a head."""
    return f"<h2>{title}</h2>\n{_table(rows, kind)}" if len(rows) > 1 else ""


def _table(rows: Sequence[Sequence[str]], kind: str) -> str:
    """It scrolls by itself where the page is narrow."""
    cells = [[html.escape(cell) for cell in row] for row in rows]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in cells[0])
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells[1:])
    table = f'<table class="{kind}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'
    return f'<div class="wide">{table}</div>'
