"""A report as a person reads it in a terminal: a table, bars, live accuracy, and what was passed over.

ASCII alone, so that any terminal and any mail of a cron job shows it. Left out: the picture (`plot`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from .report import MIN_ANSWERS, SHIFTED, SOME, STABLE, TOO_FEW, Accuracy, Field, Report

_BAR = 24
_ADVICE = {
    STABLE: "what is asked looks like what the model was judged on",
    SOME: "watch it: compare again with a longer log",
    SHIFTED: "the figures of the model card may no longer hold: label some texts, send feedback, train again",
    TOO_FEW: f"no verdict below {MIN_ANSWERS} answers",
}


def lines(found: Report) -> Iterator[str]:
    """The whole report."""
    yield from _head(found)
    yield ""
    yield f"{'field':8}{'PSI':>8}{'chi-square':>14}{'df':>5}{'p':>10}{'V':>8}  verdict"
    for field in found.fields:
        d = field.distance
        figures = f"{d.psi:8.3f}{d.chi_square:14,.1f}{d.degrees:5}{_p(d.p_value):>10}{d.cramers_v:8.3f}"
        yield f"{field.name:8}{figures}  {field.verdict}"
    for field in found.fields:
        yield ""
        yield from _bars(field)
    if found.accuracy:
        yield ""
        yield from _accuracy(found.accuracy)
    yield from _passed_over(found)
    yield ""
    which = ", ".join(field.name for field in found.fields if field.verdict == found.verdict)
    where = f" in {which}" if found.verdict in (SOME, SHIFTED) else ""
    yield f"verdict: {found.verdict}{where}; {_ADVICE[found.verdict]}"


def shown(text: str) -> str:
    r"""A name from a log or a disk, safe on a terminal.

    >>> shown("a\x1b[31m")
    'a\\x1b[31m'
    """
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]


def _head(found: Report) -> Iterator[str]:
    yield f"model     {shown(found.tally.model)}"
    period = f", {_moment(found.tally.begin)} to {_moment(found.tally.end)}" if found.tally.begin else ""
    yield f"answers   {found.answers:,}{period}"
    yield f"baseline  {found.baseline_answers:,} answers of cross-validation"


def _bars(field: Field) -> Iterator[str]:
    """One row a bucket, with both shares and a bar."""
    yield f"{field.name:20}{'baseline':>9}{'live':>9}"
    old_total, new_total = sum(field.baseline) or 1, sum(field.live) or 1
    largest = max([*(n / old_total for n in field.baseline), *(n / new_total for n in field.live), 1e-9])
    for bucket, old, new in zip(field.buckets, field.baseline, field.live, strict=True):
        p, q = old / old_total, new / new_total
        yield f"  {shown(bucket):18}{p:9.1%}{q:9.1%}  {_bar(p / largest, q / largest)}".rstrip()


def _bar(old: float, new: float) -> str:
    """The live share in `#`; `|` marks the baseline's.

    >>> _bar(0.5, 1.0), _bar(1.0, 0.5)
    ('############|###########', '############           |')
    """
    cells = ["#" if n < round(new * _BAR) else " " for n in range(_BAR)]
    if old:
        cells[min(round(old * _BAR), _BAR - 1)] = "|"
    return "".join(cells).rstrip()


def _accuracy(found: Accuracy) -> Iterator[str]:
    counts = found.counts
    yield f"feedback  {counts.feedback:,}, to {found.judged:,} answers of this model"
    for number, what in (
        (counts.replaced, "replaced by a later one to the same answer"),
        (counts.unmatched, "for ids that no answer of a single text has"),
        (counts.other_models, "for answers of other models"),
        (counts.ambiguous, "for ids that different answers share"),
    ):
        if number:
            yield f"  {number:,} {what}"
    if found.accuracy:
        yield f"accuracy  {_interval(found.accuracy)}"
        yield f"  {'label':18}{'recall':>26}{'precision':>26}"
        for one in found.by_label:
            yield f"  {shown(one.label):18}{_interval(one.recall):>26}{_interval(one.precision):>26}"
        yield from _confusion(found)


def _confusion(found: Accuracy) -> Iterator[str]:
    labels = [shown(one.label) for one in found.by_label]
    width = max(9, *map(len, labels)) + 2
    yield f"  {'right, answered as':18}" + "".join(label.rjust(width) for label in labels)
    for label, row in zip(labels, found.counts.confusion, strict=True):
        yield f"  {label:18}" + "".join(f"{n:{width},}" for n in row)


def _passed_over(found: Report) -> Iterator[str]:
    tally = found.tally
    notes = [f"{number:,} answers of {shown(name)}: not counted" for name, number in tally.other_models.most_common(9)]
    if tally.other_lines:
        notes.append(f"{tally.other_lines:,} lines of other events: passed over")
    if tally.broken:
        notes.append(f"{tally.broken:,} lines are broken: skipped; the first:")
        notes += [f"  {shown(told)}" for told in tally.first_broken]
    if notes:
        yield ""
        yield from notes


def _interval(share: tuple[float, float, float] | None) -> str:
    """A share and its interval in per cent.

    >>> _interval((0.5, 0.25, 0.75)), _interval(None)
    ('50.0 % (25.0 to 75.0)', '-')
    """
    return "-" if share is None else f"{share[0] * 100:.1f} % ({share[1] * 100:.1f} to {share[2] * 100:.1f})"


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 1e-300" if p < 1e-300 else f"{p:.0e}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
