"""The card's two plots as small PNG files: confusion matrix and learning curve.

Drawn without a display and without a date inside, so the same numbers give the same bytes.
Left out: the numbers (`evaluate`).
"""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .metrics import Estimate

DPI = 110
INK = "#24292f"
FIRST, SECOND = "#1f6feb", "#bc4c00"


def confusion(matrix: NDArray[np.intp], labels: Sequence[str]) -> bytes:
    """Counts and row shares of a confusion matrix (L, L) as a PNG."""
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    side = 1.7 + 0.95 * len(labels)
    figure = Figure(figsize=(side, side - 0.3), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column,
            row,
            f"{matrix[row, column]:,}\n{share:.0%}",
            ha="center",
            va="center",
            color="white" if share > 0.5 else INK,
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels, rotation=90, va="center")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title("Out-of-fold predictions: count, share of the true label", fontsize=10, color=INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return _png(figure)


def learning_curve(sizes: Sequence[int], curves: Mapping[str, Sequence[Estimate]]) -> bytes:
    """Each named measure against the number of training sentences, with standard errors, as a PNG."""
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
    axes.set_xlabel("training sentences (each step doubles them)")
    axes.set_title("Learning curve: mean and standard error over the folds", fontsize=10, color=INK)
    axes.grid(axis="y", color="#d0d7de", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()
