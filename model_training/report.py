"""What a run says on stdout: how the file was read, and what the networks reach.

Left out: progress (`progress`), and the card, which says the same at more length (`card`).
"""

from collections.abc import Mapping

from .agreement import FILE as AGREEMENT_FILE
from .agreement import Agreement
from .card import mean
from .data import Dataset
from .evaluate import Results


def summary(data: Dataset, agreement: Agreement | None) -> Mapping[str, str]:
    """How the file was read, a line each, for a person at a terminal."""
    dropped = f"{data.contradicting_rows:,} rows dropped: {data.contradictions:,} texts with several labels"
    lines = {
        "file": f"{data.file} ({data.encoding}, records end with a {data.record_end})",
        "rows": f"{data.rows:,}" + (f", and {data.blank:,} blank lines" if data.blank else ""),
        "duplicates": f"{data.duplicates:,} rows dropped: same text and label as an earlier row",
        "contradictions": dropped,
        "damaged letters": f"{data.damaged:,} rows, kept as they are: serving repairs nothing either",
        "used": f"{len(data.texts):,}: " + ", ".join(f"{n:,} {label}" for label, n in data.label_counts().items()),
    }
    if agreement:
        lines["all agree"] = (
            f"{sum(agreement.agreed):,} of them ({AGREEMENT_FILE}: {agreement.lines:,} lines, "
            f"{agreement.unreadable:,} unreadable)"
        )
    return lines


def comparison(results: Results) -> str:
    """The three rows of the comparison for a terminal."""
    rows = {"this network": results.ours, "original": results.original, "majority": results.majority}
    lines = [f"{'':>15}  {'accuracy':>15}  {'macro-F1':>15}  {'all agree':>15}"]
    lines += [
        f"{name:>15}  {mean(s.accuracy):>15}  {mean(s.macro_f1):>15}  {mean(s.all_agree):>15}"
        for name, s in rows.items()
    ]
    return "\n".join(lines)
