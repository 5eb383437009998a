"""What a run says on stdout: how the file was read, and what the networks reach.

Left out: progress (`progress`), and the card, which says the same at more length (`card`).
"""

from collections.abc import Mapping

from .agreement import Agreement
from .data import Dataset
from .evaluate import Results
from .markdown import mean
from .scores import Scores


def summary(data: Dataset, agreement: Agreement | None) -> Mapping[str, str]:
    """How the file was read, a line each, for a person at a terminal."""
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


def comparison(results: Results) -> str:
    """The three rows of the comparison, and how far to trust the scores, for a terminal."""
    rows = {"this network": results.ours, "original": results.original, "majority": results.majority}
    lines = [f"{'':>15}  {'accuracy':>15}  {'macro-F1':>15}  {'all agree':>9}"]
    lines += [
        f"{name:>15}  {mean(one.accuracy):>15}  {mean(one.macro_f1):>15}  {_agreed(one):>9}"
        for name, one in rows.items()
    ]
    trust = results.calibration
    at = f"at temperature {trust.temperature:g} {trust.after.ece:.3f}"
    lines += ["", f"calibration error {trust.before.ece:.3f}, {at}"]
    lines += [
        f"{one.target:.2f} accurate: scores from {one.threshold:.2f}, {one.coverage:.1%} of the sentences"
        for one in results.reached
    ]
    return "\n".join(lines)


def _agreed(scores: Scores) -> str:
    return f"{scores.by_agreement[1.0].value:.3f}" if 1.0 in scores.by_agreement else ""
