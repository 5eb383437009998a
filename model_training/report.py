"""What a run says on stdout: how the file was read, and what the networks reach.

Left out: progress (`progress`), and the card, which says the same at more length (`card`).
"""

from collections.abc import Mapping

from . import scripts
from .agreement import Agreement
from .dataset import Dataset, Table
from .evaluate import Results
from .markdown import mean
from .request import NAMED, Request
from .scores import Scores
from .table import places


def summary(data: Dataset, agreement: Agreement | None) -> Mapping[str, str]:
    """How the file was read, a line each, for a person at a terminal."""
    if data.table:
        return _of_columns(data, data.table)
    dropped = f"{data.contradicting_rows:,} rows dropped: {data.contradictions:,} texts with several labels"
    lines = {
        "file": f"{data.file} ({data.encoding}, records end with a {data.record_end})",
        "rows": f"{data.rows:,}" + (f", and {data.blank:,} blank lines" if data.blank else ""),
        "duplicates": f"{data.duplicates:,} rows dropped: same text and label as an earlier row",
        "contradictions": dropped,
        "damaged letters": f"{data.damaged:,} rows, kept as they are: a token rule may mend them",
        "used": f"{len(data.texts):,}: " + ", ".join(f"{n:,} {label}" for label, n in data.label_counts().items()),
    }
    if agreement:
        levels = ", ".join(f"{count:,} at {100 * level:.0f} %" for level, count in agreement.counts().items())
        unknown, missing = agreement.levels.count(None), ", ".join(agreement.missing)
        lines["agreement"] = f"{levels}; {unknown:,} not known" + (f"; missing: {missing}" if missing else "")
    return lines


def _of_columns(data: Dataset, table: Table) -> Mapping[str, str]:
    """The same of two columns of a file."""
    empty = [f"{n:,} without a {name}" for n, name in ((table.no_text, "text"), (table.no_label, "label")) if n]
    dropped = f"{data.contradicting_rows:,} rows dropped: {data.contradictions:,} texts with several labels"
    frequent = sorted(data.label_counts().items(), key=lambda pair: -pair[1])
    more = f", and {len(frequent) - NAMED} more" if len(frequent) > NAMED else ""
    lines = {
        "file": f"{data.file} ({table.format}, {data.encoding})",
        "columns": f"texts from {table.text!r}, labels from {table.label!r}",
        "rows": f"{data.rows:,}" + (f", and {data.blank:,} blank lines" if data.blank else ""),
        "left out": f"{' and '.join(empty)}: {places(table.unit, table.empty_at)}" if empty else "no row is empty",
        "duplicates": f"{data.duplicates:,} rows dropped: same text and label as an earlier row",
        "contradictions": dropped,
        "used": f"{len(data.texts):,} texts with {len(data.labels)} labels",
        "labels": ", ".join(f"{n:,} {label}" for label, n in frequent[:NAMED]) + more,
    }
    if data.contradictions:
        lines["contradictions"] += f" ({places(table.unit, table.contradicting_at)})"
    if warning := scripts.advice(data.texts):
        lines["words"] = warning
    if table.rare:
        named = ", ".join(f"{n} {label}" for label, n in list(table.rare.items())[:NAMED])
        lines["rare labels"] = f"{len(table.rare)} left out with all their rows: {named}"
    return lines


def comparison(request: Request, results: Results) -> str:
    """The three rows of the comparison, and how far to trust the scores, for a terminal."""
    yardstick = "original" if request.yardstick else "logistic regr."
    rows = {"this network": results.ours, yardstick: results.yardstick, "majority": results.majority}
    agree = bool(results.ours.by_agreement)
    lines = [f"{'':>15}  {'accuracy':>15}  {'macro-F1':>15}" + (f"  {'all agree':>9}" if agree else "")]
    lines += [
        f"{name:>15}  {mean(one.accuracy):>15}  {mean(one.macro_f1):>15}" + (f"  {_agreed(one):>9}" if agree else "")
        for name, one in rows.items()
    ]
    trust = results.calibration
    at = f"at temperature {trust.temperature:g} {trust.after.ece:.3f}"
    lines += ["", f"calibration error {trust.before.ece:.3f}, {at}"]
    lines += [
        f"{one.target:.2f} accurate: scores from {one.threshold:.2f}, {one.coverage:.1%} of the {request.task.unit}s"
        for one in results.reached
    ]
    return "\n".join(lines)


def _agreed(scores: Scores) -> str:
    return f"{scores.by_agreement[1.0].value:.3f}" if 1.0 in scores.by_agreement else ""
