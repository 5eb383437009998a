"""Pictures as PNG: confusion, figures by class with their intervals, a score beside luck, the arc of emotions.

Drawn without a display and without a date inside, so the same numbers give the same bytes. Left out: the numbers
(`metrics`, `permutation`, `features`) and the page around them (`report`).
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .features import THIRDS
from .metrics import Interval, Score
from .permutation import Luck

DPI = 110
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#000000")
"""Okabe and Ito's, which people who see colours differently can tell apart."""
_INK = "#24292f"
MOST = 20
"""Labels that a picture has room for; of more the most frequent are drawn."""
_STYLE: Any = {"font.family": "sans-serif", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
               "axes.axisbelow": True, "text.parse_math": False}  # fmt: skip


def confusion(score: Score) -> bytes:
    """Counts and row shares of the confusion matrix (L, L), true labels down, given labels across."""
    chosen = _frequent(score)
    counts = score.matrix[np.ix_(chosen, chosen)]
    shares = counts / np.maximum(score.matrix.sum(1)[chosen, None], 1)
    names = [_short(score.labels[n]) for n in chosen]
    side = 1.8 + 0.95 * len(names) if len(names) <= 6 else 3.0 + 0.55 * len(names)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(side, side - 0.3), layout="constrained")
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), share in np.ndenumerate(shares):
            text, colour = f"{counts[row, column]:,}\n{share:.0%}", "white" if share > 0.5 else _INK
            axes.text(column, row, text, ha="center", va="center", color=colour, size=9 if len(names) <= 6 else 7)
        axes.set_xticks(range(len(names)), names, rotation=90 if len(names) > 6 else 0)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="given", ylabel="true", title="Count, and share of the true label")
        return _png(figure)


def classes(score: Score, measure: str = "f1") -> bytes:
    """One figure of each label, with its 95 % interval."""
    names = [score.labels[n] for n in _frequent(score)]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6, 1.2 + 0.4 * len(names)), layout="constrained")
        axes = figure.subplots()
        _bars(axes, [_short(name) for name in names], [score.by_class[name][measure] for name in names])
        axes.set(
            xlabel=measure.upper() if measure == "f1" else measure, xlim=(0, 1.12), title="By class, 95 % interval"
        )
        return _png(figure)


def luck(found: Luck, score: Interval, majority: Interval) -> bytes:
    """Balanced accuracy of the model with its interval, of shuffled labels, and of always saying the majority."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.5, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.hist(
            found.scores,
            bins=min(30, max(5, found.rounds // 5)),
            color="#999999",
            label=f"{found.rounds} times shuffled labels",
        )
        axes.axvline(score.value, color=_COLOURS[0], linewidth=2, label=f"this model, {score.value:.2f}")
        axes.axvspan(score.low, score.high, color=_COLOURS[0], alpha=0.15, label="its 95 % interval")
        axes.axvline(majority.value, color=_COLOURS[4], linestyle="--", label=f"majority, {majority.value:.2f}")
        axes.set(xlabel="balanced accuracy", ylabel="rounds", xlim=(0, 1), title=f"Beside luck: p = {found.p:.3f}")
        figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=2)
        return _png(figure)


def arcs(features: pa.Table, truth: Mapping[str, str], emotions: Sequence[str]) -> bytes:
    """The mean probability of each emotion over the thirds of the items of each true label."""
    items = [str(item) for item in features["item"].to_pylist()]
    groups = sorted(set(truth.values()))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.0 * len(emotions) + 0.6, 3.0), layout="constrained")
        for axes, emotion in zip(np.ravel(figure.subplots(1, len(emotions), squeeze=False)), emotions, strict=True):
            columns = np.array([features[f"{third}_{emotion}"].to_numpy() for third in THIRDS], dtype=float)  # (3, N)
            for number, group in enumerate(groups):
                chosen = [n for n, item in enumerate(items) if truth.get(item) == group]
                mean = np.nanmean(columns[:, chosen], axis=1) if chosen else np.full(3, np.nan)
                axes.plot(THIRDS, mean, marker="o", color=_COLOURS[number % len(_COLOURS)], label=_short(group))
            axes.set(title=_short(emotion))
            axes.grid(alpha=0.3)
        figure.axes[0].set_ylabel("mean probability")
        figure.axes[0].legend(frameon=False, fontsize=8)
        return _png(figure)


def _bars(axes: Axes, names: Sequence[str], values: Sequence[Interval]) -> None:
    at = range(len(names))
    reach = np.array([[max(0.0, v.value - v.low) for v in values], [max(0.0, v.high - v.value) for v in values]])
    axes.barh(at, [v.value for v in values], xerr=reach, color=_COLOURS[0], alpha=0.85, height=0.65, capsize=3)
    for n, value in enumerate(values):
        axes.text(1.01, n, f"{value.value:.3f}", va="center", size=9)
    axes.set_yticks(at, names)
    axes.invert_yaxis()


def _frequent(score: Score) -> list[int]:
    """The label numbers to draw, in their own order."""
    return sorted(np.argsort(-score.matrix.sum(1), kind="stable")[:MOST].tolist())


def _short(name: str) -> str:
    """What is drawn of a label: letters that the font has, and not too many."""
    text = "".join(letter if letter.isprintable() and ord(letter) < 0x250 else "?" for letter in name)
    return text if len(text) <= 24 else text[:23] + "…"


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DPI, metadata={"Software": None})
    return target.getvalue()
