"""A run's picture: labels by language, how much is reliable, and why rows are doubtful; as PNG, and as SVGs for a page.

Left out: the page around it (`page`) and the numbers themselves (`summary`).
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
_NAMED_FROM = 9.0
"""Per cent: a narrower part of a bar has no room for its number."""
MOST_LANGUAGES = 20
MOST_REASONS = 10
Panel = Callable[[Axes], None]


def draw(found: Summary) -> tuple[bytes, list[str]]:
    """(PNG, an SVG for each of its parts)."""
    languages = summary.lines(found.groups)
    languages = [*languages[-1:], *languages[: min(MOST_LANGUAGES, len(languages) - 1)]]  # all of them come first
    names = summary.labels(found.groups)
    parts: list[tuple[Panel, int]] = [
        (lambda axes: _labels(axes, languages, names), len(languages) + 1 + -(-len(names) // _abreast(names))),
        (lambda axes: _trusted(axes, languages), len(languages)),
        (lambda axes: _doubts(axes, found), min(MOST_REASONS, len(found.doubts))),
    ]
    with mpl.rc_context(_STYLE):
        return _png(found, parts), [_svg(panel, rows) for panel, rows in parts]


def _height_in(rows: int) -> float:
    return 1.1 + 0.36 * max(2, rows)


def _labels(axes: Axes, languages: Sequence[Line], names: Sequence[str]) -> None:
    left = [0.0] * len(languages)
    others = iter(_OTHERS)
    counts = [summary.counts(row, names) for row in languages]
    for place, name in enumerate(names):
        shares = [100 * found[place] / row.reviews for found, row in zip(counts, languages, strict=True)]
        colour = _COLOURS.get(name) or next(others)
        bars = axes.barh(range(len(languages)), shares, left=left, color=colour, label=name, height=0.7)
        shown = [f"{share:.0f}" if share >= _NAMED_FROM else "" for share in shares]
        axes.bar_label(bars, shown, label_type="center", color="#111111")
        left = [start + share for start, share in zip(left, shares, strict=True)]
    for place, row in enumerate(languages):
        axes.text(102, place, f"{row.reviews:,}", va="center")
    axes.set(title="Labels by language, % of its reviews", xlabel="% (at the right: reviews)", xlim=(0, 124))
    axes.set_xticks(range(0, 101, 25))
    _ticks(axes, [row.language for row in languages])
    if names:
        figure: Any = axes.get_figure()
        figure.legend(frameon=False, ncols=_abreast(names), loc="outside lower left", columnspacing=1, handlelength=1)


def _abreast(names: Sequence[str]) -> int:
    """How many names of labels fit beside each other."""
    return 4 if max(map(len, names), default=0) <= 9 else 2


def _trusted(axes: Axes, languages: Sequence[Line]) -> None:
    shares = [100 * row.reliable / row.reviews for row in languages]
    bars = axes.barh(range(len(languages)), shares, color="#0072b2", height=0.7)
    axes.bar_label(bars, [f"{share:.0f} %" for share in shares], padding=3)
    axes.set(title="Reliable, % of reviews", xlabel="%", xlim=(0, 118))
    axes.set_xticks(range(0, 101, 25))
    _ticks(axes, [row.language for row in languages])


def _doubts(axes: Axes, found: Summary) -> None:
    doubts = list(found.doubts.items())[:MOST_REASONS]
    bars = axes.barh(range(len(doubts)), [count for _, count in doubts], color="#e69f00", height=0.7)
    axes.bar_label(bars, [f"{count:,}" for _, count in doubts], padding=3)
    axes.set(title="Why rows need a review", xlabel="reviews", xlim=(0, 1.35 * max([1, *(n for _, n in doubts)])))
    axes.locator_params(axis="x", nbins=4, integer=True)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    _ticks(axes, [name for name, _ in doubts])
    if not doubts:
        axes.text(0.5, 0.5, "none does", transform=axes.transAxes, ha="center")


def _ticks(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _png(found: Summary, parts: Sequence[tuple[Panel, int]]) -> bytes:
    figure = Figure(figsize=(12, 0.4 + _height_in(max(rows for _, rows in parts))), layout="constrained")
    figure.suptitle(summary.headline(found), x=0.01, ha="left", fontweight="bold")
    for axes, (panel, _) in zip(figure.subplots(1, 3, width_ratios=(4, 2, 2)), parts, strict=True):
        panel(axes)
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=150, metadata={"Software": None})
    return target.getvalue()


def _svg(panel: Panel, rows: int) -> str:
    """In the colour of the text around it, on whatever is behind it."""
    figure = Figure(figsize=(5, _height_in(rows)), layout="constrained")
    panel(figure.subplots())
    target = io.StringIO()
    figure.savefig(target, format="svg", transparent=True, metadata={"Date": None})
    picture = target.getvalue()
    return picture[picture.index("<svg") :].replace("#000000", "currentColor")
