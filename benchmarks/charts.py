"""The figures of docs/benchmarks.md as bars, from the tables of the page itself, so that they can be drawn again.

    python -m benchmarks.charts [PAGE]      draws the pictures anew and sets their links, without measuring

Left out: measuring, and the page (`report`).
"""

import os
import re
import sys
from typing import Any, NamedTuple

FOLDER = "benchmarks"
"""Beside the page, where the pictures lie."""
_OURS, _OTHERS, _ORIGINAL = "#0072b2", "#9aa5b1", "#d55e00"
_STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "undertone", "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.axisbelow": True,
}  # fmt: skip


class Chart(NamedTuple):
    """One picture: a column of one section's table."""

    name: str
    section: str
    column: str
    title: str
    logarithmic: bool = False


CHARTS = (
    Chart(
        "text",
        "One text, and 1,000",
        "p50 µs",
        "One text in process, p50 in µs, on a logarithmic scale: less is better",
        logarithmic=True,
    ),
    Chart("requests", "Requests per second", "16: answers/s", "Answers a second at 16 connections: more is better"),
    Chart("flood", "A flood of 10,000 requests", "10,000: answered %", "Of 10,000 requests at once, answered in %"),
    Chart(
        "cold",
        "Cold start",
        "ms",
        "From a process's start to its first answer in ms, on a logarithmic scale: less is better",
        logarithmic=True,
    ),
    Chart("memory", "Memory", "resident MB", "Resident memory of a process in MB: less is better"),
)


def illustrate(page: str) -> str:
    """The page with each picture's link under its section's heading, where the section is there."""
    page = re.sub(rf"!\[[^\]]*\]\({FOLDER}/\w+\.svg\)\n\n", "", page)
    for chart in CHARTS:
        if rows(page, chart):
            heading = f"## {chart.section}\n\n"
            page = page.replace(heading, f"{heading}![{chart.title}]({FOLDER}/{chart.name}.svg)\n\n")
    return page


def rows(page: str, chart: Chart) -> list[tuple[str, str]]:
    """Who has a number in the chart's column, and which, in the table's order.

    >>> rows("## Memory\\n\\n| Contestant | resident MB |\\n|:--|--:|\\n| A | 1,020 |\\n| B | - |\\n", CHARTS[-1])
    [('A', '1,020')]
    """
    section = page.partition(f"## {chart.section}\n")[2].partition("\n## ")[0]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    if not table or chart.column not in table[0]:
        return []
    place = table[0].index(chart.column)
    return [(row[0], row[place]) for row in table[2:] if row[place] != "-"]


def draw(page: str, folder: str) -> list[str]:
    """Write the pictures of a page into a folder; gives their names."""
    found = [(chart, values) for chart in CHARTS if (values := rows(page, chart))]
    for chart, values in found:
        os.makedirs(folder, exist_ok=True)
        _bars(chart, values, os.path.join(folder, f"{chart.name}.svg"))
    return [f"{chart.name}.svg" for chart, _ in found]


def _bars(chart: Chart, values: list[tuple[str, str]], path: str) -> None:
    import matplotlib as mpl  # heavy, and needed at the end of a run alone

    mpl.use("agg")
    from matplotlib.figure import Figure

    names, shown = zip(*reversed(values), strict=True)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 0.6 + 0.3 * len(names)), layout="constrained", facecolor="white")
        figure.suptitle(chart.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
        axes = figure.subplots()
        numbers = [float(text.replace(",", "")) for text in shown]
        bars = axes.barh(names, numbers, color=[_colour(name) for name in names], height=0.66)
        axes.bar_label(bars, shown, padding=4)
        if chart.logarithmic:
            axes.set_xscale("log")
        axes.margins(x=0.12, y=0.01)
        axes.tick_params(which="both", left=False, bottom=False, labelbottom=False)
        axes.spines["bottom"].set_visible(False)
        figure.savefig(path, metadata={"Date": None})
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip() for line in file]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _colour(name: str) -> str:
    if name.startswith("Undertone") and "Undertone's classifier" not in name:
        return _OURS
    return _ORIGINAL if name.startswith("Original") else _OTHERS


def write(page: str, path: str) -> None:
    """Write the page with its pictures."""
    draw(page, os.path.join(os.path.dirname(path), FOLDER))
    with open(path, "w", encoding="utf-8") as file:
        file.write(illustrate(page))


if __name__ == "__main__":
    PAGE = sys.argv[1] if len(sys.argv) > 1 else os.path.join("docs", "benchmarks.md")
    with open(PAGE, encoding="utf-8") as written:
        write(written.read(), PAGE)
