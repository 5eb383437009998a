"""The pictures of a report: every figure of a table as a bar, drawn from the page and linked in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from benchmarks import charts, columns, text_columns
from benchmarks import contestants as c
from benchmarks.plan import FULL
from benchmarks.record import Record
from benchmarks.report import Head, render

if TYPE_CHECKING:
    from pathlib import Path

PAGE = c.ROOT + "/docs/benchmarks.md"
TABLES = [
    columns.side_by_side(FULL), text_columns.per_text(FULL), columns.http(FULL), columns.flood(FULL),
    columns.cold(FULL), columns.memory(FULL),
]  # fmt: skip


@pytest.fixture
def page() -> str:
    """A report of a made-up record: everything of the original and of ours, but for the original's memory."""
    record = Record()
    for name, factor in ((c.ORIGINAL, 1000.0), (c.OURS, 1.0)):
        record.add(name, "text.p50_us", 50.5 * factor)
        record.add(name, "http.16.per_s", 4_000 / factor)
        record.add(name, "flood.10000.share", 100 / factor)
        record.add(name, "cold.first_ms", 300 * factor)
    record.add(c.OURS, "memory.resident_mb", 66.7)
    return render(Head("2026-11-21", [("CPU", "a CPU")], ["A remark."]), record, TABLES, [])


def _texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_each_picture_shows_what_the_table_says(page: str, tmp_path: Path) -> None:
    """A bar for each row that has a number, under its name, with the number as the table writes it."""
    names = charts.draw(page, str(tmp_path))
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    assert names == ["text.svg", "requests.svg", "flood.svg", "cold.svg", "memory.svg"]
    found = _texts((tmp_path / "text.svg").read_text(encoding="utf-8"))
    assert sorted(found) == sorted(["50,500", "50.5", c.ORIGINAL, c.OURS, charts.CHARTS[0].title])
    assert c.ORIGINAL not in _texts((tmp_path / "memory.svg").read_text(encoding="utf-8"))


def test_each_picture_is_linked_under_its_heading(page: str, tmp_path: Path) -> None:
    """Once, however often the page is illustrated; nothing else changes."""
    path = tmp_path / "page.md"
    charts.write(page, str(path))
    first = path.read_text(encoding="utf-8")
    charts.write(first, str(path))
    assert path.read_text(encoding="utf-8") == first
    links = re.findall(r"^## (.*)\n\n!\[.*\]\((.*)\)$", first, re.MULTILINE)
    assert links == [(chart.section, f"benchmarks/{chart.name}.svg") for chart in charts.CHARTS]
    assert re.sub(r"!\[.*\n\n", "", first) == page
    assert all((tmp_path / place).exists() for _, place in links)


def test_the_same_figures_make_the_same_bytes(page: str, tmp_path: Path) -> None:
    """A picture changes when its figures do."""
    for folder in ("a", "b"):
        charts.draw(page, str(tmp_path / folder))
    assert (tmp_path / "a/cold.svg").read_bytes() == (tmp_path / "b/cold.svg").read_bytes()


def test_a_section_that_was_not_measured_has_no_picture() -> None:
    """No table, no link."""
    assert charts.illustrate("# Benchmarks\n\n## Drift\n\nNothing.\n") == "# Benchmarks\n\n## Drift\n\nNothing.\n"


def test_the_pictures_in_the_docs_are_of_the_page_beside_them() -> None:
    """docs/benchmarks/ shows the figures of docs/benchmarks.md; `python -m benchmarks.charts` draws them anew."""
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    assert charts.illustrate(page) == page
    for chart in charts.CHARTS:
        with open(f"{c.ROOT}/docs/benchmarks/{chart.name}.svg", encoding="utf-8") as file:
            shown = _texts(file.read())
        expected = [text.replace("'", "&apos;") for row in charts.rows(page, chart) for text in row]
        assert sorted(text.replace("'", "&apos;") for text in shown) == sorted(
            [*expected, chart.title.replace("'", "&apos;")]
        )
