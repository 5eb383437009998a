"""A run's picture: bars by language and label, and why rows are doubtful; as PNG, and as SVG for a page.

Left out: the page around it (`page`) and the numbers themselves (`summary`).
"""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from . import summary
from .summary import Line, Summary

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "undertone",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.axisbelow": True,
}
_COLOURS = {"positive": "#009e73", "neutral": "#999999", "negative": "#d55e00", summary.NONE: "#dddddd"}
_OTHERS = ("#0072b2", "#e69f00", "#56b4e9", "#cc79a7", "#f0e442", "#009e73", "#d55e00", "#000000")
"""Okabe and Ito's, which people who see colours differently can tell apart."""
MOST_LANGUAGES = 20
MOST_REASONS = 10


def draw(found: Summary) -> tuple[bytes, str]:
    """(PNG, SVG) of the same picture."""
    with mpl.rc_context(_STYLE):
        languages = [row for row in summary.lines(found.groups) if row.language != "all"][:MOST_LANGUAGES]
        rows = max(2, len(languages), min(MOST_REASONS, len(found.doubts)))
        figure = Figure(figsize=(12, 1.6 + 0.36 * rows), layout="constrained")
        by_label, trusted, doubts = figure.subplots(1, 3, width_ratios=(3, 2, 2))
        _labels(by_label, languages, summary.labels(found.groups), figure.get_figheight())
        _trusted(trusted, languages)
        _doubts(doubts, found)
        return _png(figure), _svg(figure)


def _labels(axes: Axes, languages: Sequence[Line], names: Sequence[str], height_in: float) -> None:
    left = [0] * len(languages)
    others = iter(_OTHERS)
    rows = [summary.counts(row, names) for row in languages]
    for place, name in enumerate(names):
        counts = [row[place] for row in rows]
        colour = _COLOURS.get(name) or next(others)
        axes.barh(range(len(languages)), counts, left=left, color=colour, label=name, height=0.7)
        left = [start + count for start, count in zip(left, counts, strict=True)]
    axes.set(title="Reviews by language and label", xlabel="reviews", xlim=(0, max(1, *left, 1) * 1.02))
    _ticks(axes, [row.language for row in languages])
    if names:
        axes.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.75 / height_in))


def _trusted(axes: Axes, languages: Sequence[Line]) -> None:
    shares = [100 * row.reliable / row.reviews for row in languages]
    bars = axes.barh(range(len(languages)), shares, color="#0072b2", height=0.7)
    axes.bar_label(bars, fmt="%.0f %%", padding=3)
    axes.set(title="Reliable, % of reviews", xlabel="%", xlim=(0, 118))
    axes.set_xticks(range(0, 101, 25))
    _ticks(axes, [row.language for row in languages])


def _doubts(axes: Axes, found: Summary) -> None:
    doubts = list(found.doubts.items())[:MOST_REASONS]
    bars = axes.barh(range(len(doubts)), [count for _, count in doubts], color="#e69f00", height=0.7)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.set(title="Why rows need a review", xlabel="reviews", xlim=(0, 1.25 * max([1, *(n for _, n in doubts)])))
    _ticks(axes, [name for name, _ in doubts])
    if not doubts:
        axes.text(0.5, 0.5, "none does", transform=axes.transAxes, ha="center")


def _ticks(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    if axes.get_xlabel() == "reviews":
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter("{x:,.0f}")


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=150, metadata={"Software": None})
    return target.getvalue()


def _svg(figure: Figure) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()[target.getvalue().index("<svg") :]
