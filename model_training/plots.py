"""The plots of a run as small PNG files: confusion, learning curve, reliability diagram, coverage, and the run log.

Drawn without a display and without a date inside, so the same numbers give the same bytes.
Left out: the numbers (`evaluate`, `runlog`).
"""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from . import metrics
from .calibrate import Calibration
from .coverage import Reached, Row
from .metrics import Estimate
from .runlog import Run

DPI = 110
INK = "#24292f"
FIRST, SECOND = "#1f6feb", "#bc4c00"
CONFUSED = 15
"""Labels that a confusion matrix has room for."""
WIDE, WORD, LONGEST = 6, 12, 30
"""Labels, and letters of one, from which on names stand upright; and the letters that are drawn."""


def confusion(matrix: NDArray[np.intp], labels: Sequence[str], splits: int) -> bytes:
    """Row shares of a confusion matrix (L, L), and its counts a split, as a PNG; of many labels the most confused."""
    chosen = metrics.most_confused(matrix, CONFUSED)
    shares = (matrix / np.maximum(matrix.sum(1, keepdims=True), 1))[np.ix_(chosen, chosen)]
    counts, names = matrix[np.ix_(chosen, chosen)] / splits, [drawable(labels[n], n) for n in chosen]
    wide = len(chosen) > WIDE or max(map(len, names)) > WORD
    side = 2.9 + 0.55 * len(chosen) if wide else 1.7 + 0.95 * len(chosen)
    figure = Figure(figsize=(side, side - 0.3), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        if not wide or counts[row, column]:
            axes.text(
                column,
                row,
                f"{counts[row, column]:,.0f}\n{share:.0%}",
                ha="center",
                va="center",
                color="white" if share > 0.5 else INK,
                size=8 if wide else None,
            )
    axes.set_xticks(range(len(names)), names, rotation=90 if wide else None, parse_math=False)
    axes.set_yticks(range(len(names)), names, rotation=None if wide else 90, va="center", parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    title = "Out-of-fold predictions: count, share of the true label"
    if len(chosen) < len(labels):
        title = f"The {len(chosen)} most confused of {len(labels)} labels: count, share of the true label"
    axes.set_title(title, fontsize=10, color=INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return _png(figure)


def drawable(label: str, number: int) -> str:
    """A label as the font can draw it, in 30 letters; its number, from 1, where it cannot.

    >>> drawable("very good", 0), drawable("अच्छा", 1), drawable("x" * 40, 2)
    ('very good', 'label 2', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    font = get_font(findfont(FontProperties()))
    if not all(font.get_char_index(ord(letter)) for letter in label):
        return f"label {number + 1}"
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def learning_curve(sizes: Sequence[int], curves: Mapping[str, Sequence[Estimate]], unit: str = "sentence") -> bytes:
    """Each named measure against the number of training texts, with standard errors, as a PNG."""
    figure = Figure(figsize=(5.2, 3.5), layout="constrained")
    axes = figure.subplots()
    for (name, estimates), colour in zip(curves.items(), (FIRST, SECOND), strict=True):
        means, errors = [e.mean for e in estimates], [e.se for e in estimates]
        axes.errorbar(sizes, means, errors, color=colour, marker="o", markersize=4, capsize=3)
        end = (sizes[-1], means[-1])
        label = f"{name}\n{means[-1]:.3f}"
        axes.annotate(label, end, (8, 0), textcoords="offset points", va="center", fontsize=9, color=colour)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlim(sizes[0] * 0.85, sizes[-1] * 1.6)
    axes.set_xlabel(f"training {unit}s (each step doubles them)")
    axes.set_title("Learning curve: mean and standard error over the folds", fontsize=10, color=INK)
    axes.grid(axis="y", color="#d0d7de", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def reliability(calibration: Calibration, unit: str = "sentence") -> bytes:
    """The reliability diagram without and with the temperature: accuracy against mean top score, a point a bin."""
    figure = Figure(figsize=(5.2, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#8c959f", linewidth=1, linestyle=":", label="as sure as right")
    drawn = (
        ("as trained", calibration.before, calibration.bins_before, SECOND, "o"),
        (f"temperature {calibration.temperature:.2f}", calibration.after, calibration.bins_after, FIRST, "s"),
    )
    for name, measures, bins, colour, marker in drawn:
        points = [one.score for one in bins], [one.accuracy for one in bins]
        areas = [12 + 300 * one.share for one in bins]
        axes.plot(*points, color=colour, linewidth=1.2)
        label = f"{name}, ECE {measures.ece:.3f}"
        axes.scatter(*points, areas, color=colour, marker=marker, alpha=0.75, label=label)
    axes.legend(loc="lower right", frameon=False, fontsize=9, markerscale=0.6)
    lowest = min(min(one.score, one.accuracy) for one in (*calibration.bins_before, *calibration.bins_after)) - 0.05
    axes.set_xlim(lowest, 1.02)
    axes.set_ylim(lowest, 1.02)
    axes.set_xlabel(f"mean score of a bin (area: its share of the {unit}s)")
    axes.set_ylabel("accuracy")
    return _finished(figure, axes, "Reliability diagram, out-of-fold")


def coverage(table: Sequence[Row], reached: Sequence[Reached], unit: str = "sentence") -> bytes:
    """Accuracy against the share of texts kept, with each target's point, as a PNG."""
    figure = Figure(figsize=(5.2, 3.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([share for _, share, _ in table], [right for _, _, right in table], color=FIRST)
    for one in reached:
        axes.plot(one.coverage, one.accuracy, "o", color=SECOND, markersize=5)
        text, end = f"target {one.target:.2f}: {one.coverage:.0%} kept", (one.coverage, one.accuracy)
        place, side = ((-7, -10), "right") if one.coverage > 0.7 else ((7, 4), "left")  # where the curve leaves room
        axes.annotate(text, end, place, textcoords="offset points", ha=side, fontsize=8)
    axes.set_xlim(0, 1.02)
    axes.margins(y=0.1)  # room for the words below the last point
    axes.set_xlabel(f"share of {unit}s kept (score at the threshold or above)")
    axes.set_ylabel("accuracy of those kept")
    return _finished(figure, axes, "Accuracy and coverage, out-of-fold")


def runs(log: Sequence[Run]) -> bytes:
    """Accuracy and macro-F1 of each run in order, with standard errors; what was published is filled; as a PNG."""
    figure = Figure(figsize=(5.2 + 0.12 * len(log), 3.5), layout="constrained")
    axes = figure.subplots()
    numbers = range(1, len(log) + 1)
    for name, measure, colour in (("accuracy", "accuracy", FIRST), ("macro-F1", "macro_f1", SECOND)):
        means = [run.metrics[measure] for run in log]
        errors = [run.metrics.get(f"{measure}_se", 0.0) for run in log]
        axes.errorbar(numbers, means, errors, color=colour, linewidth=1, capsize=3, label=name)
        filled = [colour if run.published else "white" for run in log]
        axes.scatter(numbers, means, 26, color=filled, edgecolors=colour, zorder=3)
    axes.legend(loc="best", frameon=False, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("run (filled: published)")
    return _finished(figure, axes, "Runs: mean and standard error of the cross-validation")


def _finished(figure: Figure, axes: Axes, title: str) -> bytes:
    axes.set_title(title, fontsize=10, color=INK)
    axes.grid(color="#d0d7de", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()
