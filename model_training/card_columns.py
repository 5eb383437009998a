"""The card's sections on a file of columns: how it was read, and the command that reads it again.

Left out: the rest of the card (`card`), and the same for a terminal (`report`).
"""

import shlex
from collections.abc import Mapping

from . import scripts
from .dataset import Dataset, Table
from .markdown import plain, table
from .request import NAMED, Request
from .table import Columns, places


def reading(data: Dataset, columns: Table) -> str:
    """How the file was read, and what was left out of it."""
    empty = f" ({places(columns.unit, columns.empty_at)})" if columns.empty_at else ""
    contradicting = f" ({places(columns.unit, columns.contradicting_at)})" if columns.contradicting_at else ""
    rows = [
        [f"{plain(data.file)}, SHA-256 `{data.sha256[:16]}…`", f"{columns.format}, {data.encoding}"],
        ["rows read", f"{data.rows:,}"],
        ["left out: no text, or no label", f"{columns.no_text:,} and {columns.no_label:,}{empty}"],
        ["dropped: same text and label as an earlier row", f"{data.duplicates:,}"],
        [
            "dropped: same text with different labels",
            f"{data.contradicting_rows:,} rows of {data.contradictions:,} texts{contradicting}",
        ],
    ]
    if columns.rare:
        rows.append(["left out: rows with a rare label", f"{sum(columns.rare.values()):,}, of {_counts(columns.rare)}"])
    rows.append(["**used**", f"**{len(data.texts):,}** with {len(data.labels)} labels: {_counts(data.label_counts())}"])
    if warning := scripts.advice(data.texts):
        rows.append(["words", warning])
    why = "Rows of one text with several labels are dropped because none of the labels can be trusted."
    return table(["", ""], rows) + "\n\n" + why


def command(request: Request, columns: Columns, data: Dataset) -> str:
    """The command that trains it again, as a shell takes it."""
    recipe, usual = request.over, Columns(columns.text, columns.label)
    options = {
        "--text": columns.text,
        "--label": columns.label,
        "--language": request.task.language,
        "--licence": "" if request.task.licence == "not stated" else request.task.licence,
        "--encoding": columns.encoding if columns.encoding != usual.encoding else "",
        "--max-empty": f"{columns.max_empty:g}" if columns.max_empty != usual.max_empty else "",
        "--min-per-label": str(columns.min_per_label or ""),
        **{f"--{name.replace('_', '-')}": str(value) for name, value in recipe.items()},
        "--folds": str(request.folds),
        "--split-seeds": ",".join(map(str, request.split_seeds)),
        "--seed": str(request.seed),
    }
    words = [word for name, value in options.items() if value for word in (name, value)]
    return shlex.join(["python", "-m", "model_training", request.task.name, "--data", f"path/to/{data.file}", *words])


def _counts(labels: Mapping[str, int]) -> str:
    """Labels with their rows, the most frequent first."""
    frequent = sorted(labels.items(), key=lambda pair: -pair[1])
    more = f", and {len(frequent) - NAMED} more labels" if len(frequent) > NAMED else ""
    return ", ".join(f"{n:,} {plain(label)}" for label, n in frequent[:NAMED]) + more
