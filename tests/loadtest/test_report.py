"""The report's two pages."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from loadtest import charts, prices, report
from loadtest.rows import Row
from loadtest.summary import Change, steps

ROWS = [
    Row(100 + n / 10, 0.1, 2.0 + n % 7, "predict", "throttled" if n % 3 else "answered", "R&<D>" if n % 3 else "",
        "" if n % 3 else "cold" if n == 0 else "warm", 0, True)
    for n in range(100)
]  # fmt: skip
CHANGES = [Change(100.0, 1), Change(105.0, 2)]


@pytest.fixture(scope="module")
def page() -> report.Page:
    found = steps(ROWS, CHANGES, [])
    tables = [report.of_steps(found), report.of_throttles(found), report.of_costs(1.5, prices.load())]
    pictures = charts.draw(found, ROWS, CHANGES)
    return report.Page("Load <test>", [("target", "a & b")], ["It < was."], tables, pictures, passed=False)


class Reader(HTMLParser):
    """What a browser would go and get, and the words on the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"]] if named.get("id") else []
        outside = [v for k, v in attrs if k in ("src", "href", "xlink:href") and v and not v.startswith("#")]
        self.fetched += [tag] if tag in ("script", "link", "img") else outside

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_html_page_needs_no_other_file(page: report.Page):
    """No picture, style or script is fetched, and no two things on it have the same id."""
    read = Reader(report.as_html(page))
    assert read.fetched == []
    assert len(read.ids) == len(set(read.ids)) > 0


def test_what_came_from_outside_is_text_on_the_page(page: report.Page):
    """A reason with markup in it is shown, not obeyed."""
    words = " ".join(Reader(report.as_html(page)).words)
    assert "R&<D>" in words
    assert "It < was." in words


def test_each_picture_is_well_formed_and_says_what_it_shows(page: report.Page):
    """SVG that a strict parser reads, with words for who cannot see it."""
    assert set(page.charts) == {"throughput", "latency", "throttles", "time"}
    for _, svg in page.charts.values():
        assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - it is our own
    assert report.as_html(page).count('role="img" aria-label="') == 4


def test_the_markdown_page_has_the_same_figures(page: report.Page):
    """Every cell of every table stands on both pages."""
    words, text = "".join(Reader(report.as_html(page)).words), report.markdown(page)
    cells = [cell for table in page.tables for row in table.rows for cell in row]
    assert [cell for cell in cells if cell not in text or cell not in words] == []


def test_the_files_that_are_named_are_there(page: report.Page, tmp_path: Path):
    """The Markdown page's pictures lie beside it."""
    report.write(tmp_path, page)
    named = re.findall(r"\]\((\w+\.svg)\)", (tmp_path / "report.md").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*named, "report.html", "report.md"])


def test_failures_stand_by_reason_and_step():
    """A row each, and no table where nothing failed."""
    kinds = ["fault", "answered", "rejected", "fault"]
    some = [Row(100.0 + n, 0, 1, "predict", kind, "401" if kind == "rejected" else "", "", 0, True)
            for n, kind in enumerate(kinds)]  # fmt: skip
    table = report.of_failures(steps(some, [Change(100.0, 1), Change(103.0, 2)], []))
    assert (table.head, table.rows) == (("failure", "1", "2"), [("fault", "1", "1"), ("rejected: 401", "1", "0")])
    assert report.of_failures(steps(some[1:2], [], [])).rows == []


def test_a_million_requests_cost_what_aws_says():
    """1,000,000 x 2 ms at 1,769 MB on x86: 3,455 GB-s x $0.0000166667 + $0.20."""
    table = report.of_costs(1.5, prices.load())
    expected = 1e6 * 0.002 * 1769 / 1024 * 0.0000166667 + 0.20
    assert table.rows[-1] == ("1,769 MB", "1.50", "2", f"${expected:,.3f}", table.rows[-1][4])


def test_less_memory_is_stretched_in_proportion():
    """A tenth of a vCPU takes ten times as long."""
    table = report.of_costs(10.0, prices.load())
    assert table.rows[0][1] == f"{10.0 * 1769 / 128:,.2f}"


def test_without_rows_there_is_a_page_without_pictures():
    """A test that ended before its first answer still has a report."""
    empty = report.Page("Load test", [], ["Nothing."], [report.of_steps([])], charts.draw([], [], []), None)
    assert "Nothing." in report.markdown(empty)
