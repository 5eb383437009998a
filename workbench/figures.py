"""A score as the rows that the operational database keeps, and as lines of a table for a person.

Left out: the score itself (`metrics`), and storing (`store.results`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from store.records import Confusion, Metric

from .metrics import Interval, Score


def metrics(score: Score, split: str, part: str = "", rows: int | None = None) -> list[Metric]:
    """Figures of one split, or of a slice of it (`part`, as "fold=3"); a whole split has those of each label too.

    `rows` is given where the score counts each row several times.
    """
    count = score.rows if rows is None else rows
    found = [
        _metric(split, name, getattr(score, name), count, part)
        for name in ("accuracy", "balanced_accuracy", "macro_f1")
    ]
    if part:
        return found
    times = score.rows // count
    of_label = dict(zip(score.labels, (score.matrix.sum(1) // times).tolist(), strict=True))
    return found + [
        _metric(split, name, value, of_label[label], f"label={label}")
        for label, measures in score.by_class.items()
        for name, value in measures.items()
    ]


def confusion(score: Score, split: str) -> list[Confusion]:
    """How many rows of one truth got one label; the pairs that happened."""
    return [
        Confusion(split, true, given, int(score.matrix[i, j]))
        for i, true in enumerate(score.labels)
        for j, given in enumerate(score.labels)
        if score.matrix[i, j]
    ]


def table(score: Score, times: int = 1) -> list[list[str]]:
    """A head and a line for each label: rows (each counted so many times), precision, recall, F1, its interval."""
    lines = [["label", "rows", "precision", "recall", "F1", "95 %"]]
    for at, label in enumerate(score.labels):
        found = score.by_class[label]
        shown = [f"{found[name].value:.3f}" for name in ("precision", "recall", "f1")]
        lines.append([label, f"{int(score.matrix[at].sum()) // times:,}", *shown, bounds(found["f1"])])
    return lines


def shown(value: Interval) -> str:
    """A figure with its interval.

    >>> shown(Interval(0.7299, 0.7069, 0.7521))
    '0.730 (0.707 to 0.752)'
    """
    return f"{value.value:.3f} ({bounds(value)})"


def bounds(value: Interval) -> str:
    """The interval alone."""
    return f"{value.low:.3f} to {value.high:.3f}"


def trained(about: Mapping[str, Any], rows: int) -> list[Metric]:
    """The trainer's own cross-validation, as its manifest tells it: this network, and the yardsticks beside it."""
    found: list[Metric] = []
    for who in ("ours", "logistic_regression", "majority"):
        for name in ("accuracy", "macro_f1"):
            match about.get("metrics", {}).get(who, {}).get(name):
                case {"mean": float(mean), "se": float(se)}:
                    part = "" if who == "ours" else f"yardstick={who}"
                    found.append(Metric("cross-validated", name, mean, rows, part, mean - 1.96 * se, mean + 1.96 * se))
    return found


def _metric(split: str, name: str, value: Interval, rows: int, part: str) -> Metric:
    return Metric(split, name, value.value, rows, part, value.low, value.high)


def text(rows: Sequence[Sequence[str]]) -> str:
    """Lines with their columns under each other, the first to the left and the others to the right.

    >>> print(text([["label", "rows"], ["sad", "1,200"]]))
    label   rows
    sad    1,200
    """
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if n == 0 else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
