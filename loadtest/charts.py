"""The report's pictures by matplotlib, as SVG text: against the concurrency limit, and over time.

Left out: the page that they stand on.
"""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from .rows import Row
from .summary import Change, Step

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
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's, which people who see colours differently can tell apart."""
MOST_BINS = 120


def draw(found: Sequence[Step], rows: Sequence[Row], changes: Sequence[Change]) -> dict[str, tuple[str, str]]:
    """Each chart by its name: (what it shows, SVG)."""
    if not found:
        return {}
    with mpl.rc_context(_STYLE):
        return {
            "throughput": (
                "Answers a second and the share answered, against the concurrency limit",
                _throughput(found),
            ),
            "latency": ("Latency of answered requests, against the concurrency limit", _latency(found)),
            "throttles": ("Throttles by Lambda's reason, against the concurrency limit", _throttles(found)),
            "time": ("Attempts a second by what came of them, and cold starts, over time", _time(rows, changes)),
        }


def _throughput(found: Sequence[Step]) -> str:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    rate, share = figure.subplots(1, 2)
    places, names = range(len(found)), [step.name for step in found]
    rate.bar(places, [step.answered_per_s for step in found], color=_COLOURS[0], width=0.6, label="answered")
    offered = [step.offered_per_s for step in found]
    rate.hlines(offered, [n - 0.35 for n in places], [n + 0.35 for n in places], color=_COLOURS[1], label="offered")
    rate.set(ylabel="requests a second", ylim=(0, 1.2 * max(offered)))
    rate.legend(frameon=False, ncols=2, loc="upper left")
    bars = share.bar(places, [100 * step.success for step in found], color=_COLOURS[2], width=0.6)
    share.bar_label(bars, fmt="%.3g %%")
    share.set(ylabel="answered, % of requests", ylim=(0, 112))
    for axes in (rate, share):
        axes.set_xticks(places, names)
        axes.set_xlabel("concurrency limit")
    return _svg(figure)


def _latency(found: Sequence[Step]) -> str:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    axes = figure.subplots()
    for name, colour in zip(("p50", "p95", "p99"), _COLOURS, strict=False):
        values = [getattr(step, f"{name}_ms") if step.answered else float("nan") for step in found]
        axes.plot(range(len(found)), values, "o-", color=colour, label=name)
    axes.set(ylabel="ms, from when it was due", xlabel="concurrency limit", yscale="log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 5, 7)))
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.set_xticks(range(len(found)), [step.name for step in found])
    axes.legend(frameon=False, ncols=3)
    return _svg(figure)


def _throttles(found: Sequence[Step]) -> str:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    axes = figure.subplots()
    below = [0.0] * len(found)
    for reason, colour in zip(sorted({r for step in found for r in step.throttles}), _COLOURS, strict=False):
        values = [step.throttles.get(reason, 0) for step in found]
        axes.bar(range(len(found)), values, bottom=below, color=colour, width=0.6, label=reason)
        below = [low + value for low, value in zip(below, values, strict=True)]
    axes.set(ylabel="throttled attempts", xlabel="concurrency limit", ylim=(0, 1.35 * max(1, *below)))
    axes.set_xticks(range(len(found)), [step.name for step in found])
    if max(below):
        axes.legend(frameon=False, loc="upper right")
    else:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center")
    return _svg(figure)


def _time(rows: Sequence[Row], changes: Sequence[Change]) -> str:
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    rate, cold = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    start = rows[0].sent_s
    length = max(1.0, rows[-1].sent_s - start)
    width = max(1.0, length / MOST_BINS)
    kinds = sorted({row.kind for row in rows})
    for kind, colour in zip(kinds, _COLOURS, strict=False):
        rate.plot(*_binned([r.sent_s - start for r in rows if r.kind == kind], width, length), color=colour, label=kind)
    times, counts = _binned([row.sent_s - start for row in rows if row.init == "cold"], width, length)
    cold.bar(times, [count * width for count in counts], width=width, color=_COLOURS[1])
    rate.set(ylabel="attempts a second", ylim=(0, 1.3 * rate.get_ylim()[1]))
    rate.legend(frameon=False, ncols=3, loc="upper right")
    cold.set(ylabel="cold starts", xlabel="seconds")
    cold.yaxis.set_major_locator(MaxNLocator(integer=True))
    for change in changes:
        for axes in (rate, cold):
            axes.axvline(change.at_s - start, color="#888888", linewidth=0.8, linestyle=":")
        rate.annotate(f" {change.limit}", (change.at_s - start, 1), xycoords=("data", "axes fraction"), va="bottom")
    return _svg(figure)


def _binned(times_s: Sequence[float], width_s: float, length_s: float) -> tuple[list[float], list[float]]:
    """(middle of each bin, how many a second in it).

    >>> _binned([0.1, 0.2, 1.5], 1.0, 1.6)
    ([0.5, 1.5], [2.0, 1.0])
    """
    counts = [0] * (int(length_s / width_s) + 1)
    for moment in times_s:
        counts[min(len(counts) - 1, max(0, int(moment / width_s)))] += 1
    return [(n + 0.5) * width_s for n in range(len(counts))], [count / width_s for count in counts]


def _svg(figure: Any) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
