"""What a run came to, in words and in a table by language and label, for a terminal or a log.

Left out: pictures (`chart`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from store.reviews import Group, Rejected, Reviews

from .pipeline import REASONS
from .progress import clock
from .run import Outcome

NONE, OTHERS = "none", "other labels"
_place = re.compile(r" at (?:byte|column) [\d,]+")
MOST_LABELS = 8
"""Columns of the table and colours of the picture."""


class Summary(NamedTuple):
    """All that there is to tell of a pipeline's reviews in a store."""

    outcome: Outcome
    where: str
    groups: list[Group]
    doubts: dict[str, int]
    """Reviews by reason for doubt; one that has two counts twice."""
    rejects: dict[str, Rejected]


class Line(NamedTuple):
    """One language's row of the table."""

    language: str
    labels: dict[str, int]
    reviews: int
    reliable: int
    needs_review: int


def summary(outcome: Outcome, where: str, reviews: Reviews) -> Summary:
    """Asked of the store, so of all that this pipeline has ever put there."""
    doubts: Counter[str] = Counter()
    for reasons, count in reviews.reasons().items():
        doubts.update(dict.fromkeys(reasons.split(), count))
    return Summary(outcome, where, reviews.groups(), dict(doubts.most_common()), reviews.rejects(_without_place))


def _without_place(reason: str) -> str:
    """What a reason has in common with those of other rows.

    >>> _without_place("no UTF-8 at byte 1,005"), _without_place("a NUL byte at byte 7: damaged")
    ('no UTF-8', 'a NUL byte: damaged')
    """
    return _place.sub("", reason)


def labels(groups: Sequence[Group]) -> list[str]:
    """Those that occur, in the order of the alphabet, "none" last; of very many the largest, and "others".

    >>> labels([Group("es", "positive", 5, 5, 0), Group("es", None, 1, 0, 1), Group("es", "negative", 2, 2, 0)])
    ['negative', 'positive', 'none']
    """
    found: Counter[str] = Counter()
    for group in groups:
        found[group.label or NONE] += group.reviews
    names = sorted(found) if len(found) <= MOST_LABELS else [name for name, _ in found.most_common(MOST_LABELS - 1)]
    shown = [name for name in names if name != NONE] + [NONE] * (NONE in names)
    return shown + [OTHERS] * (len(found) > MOST_LABELS)


def counts(row: Line, names: Sequence[str]) -> list[int]:
    """A row's reviews by label, for the names that `labels` gives."""
    rest = row.reviews - sum(row.labels.get(name, 0) for name in names)
    return [rest if name == OTHERS else row.labels.get(name, 0) for name in names]


def lines(groups: Sequence[Group]) -> list[Line]:
    """A row for each language, the largest first, and one for all."""
    by_language: dict[str, list[Group]] = {}
    for group in groups:
        by_language.setdefault(group.language or "unknown", []).append(group)
    rows = sorted((_line(*item) for item in by_language.items()), key=lambda row: (-row.reviews, row.language))
    return [*rows, _line("all", groups)] if len(rows) > 1 else rows


def _line(language: str, groups: Sequence[Group]) -> Line:
    found: Counter[str] = Counter()
    for group in groups:
        found[group.label or NONE] += group.reviews
    sums = (sum(getattr(group, name) for group in groups) for name in ("reviews", "reliable", "needs_review"))
    return Line(language, dict(found), *sums)


def table(groups: Sequence[Group]) -> list[list[str]]:
    """The table's cells, its head first.

    >>> table([Group("es", "positive", 1200, 900, 300)])
    [['language', 'positive', 'reviews', 'reliable', 'needs review'], ['es', '1,200', '1,200', '900', '300 (25 %)']]
    """
    names = labels(groups)
    rows = [["language", *names, "reviews", "reliable", "needs review"]]
    for row in lines(groups):
        cells = [f"{number:,}" for number in (*counts(row, names), row.reviews, row.reliable)]
        rows.append([row.language, *cells, share(row.needs_review, row.reviews)])
    return rows


def share(part: int, whole: int) -> str:
    """A number and what part of the whole it is.

    >>> share(3, 12), share(0, 0)
    ('3 (25 %)', '0')
    """
    return f"{part:,} ({100 * part / whole:.0f} %)" if whole else f"{part:,}"


def plain(rows: Sequence[Sequence[str]]) -> str:
    """Cells in columns, the first to the left and numbers to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def figures(found: Summary) -> list[tuple[str, str]]:
    """What one looks for first: a name and a number."""
    reviews, reliable, doubtful = (sum(getattr(g, name) for g in found.groups) for name in Group._fields[2:])
    rejected = sum(reject.rows for reject in found.rejects.values())
    return [("reviews", f"{reviews:,}"), ("reliable", share(reliable, reviews)),
            ("need a review", share(doubtful, reviews)), ("rejected rows", f"{rejected:,}")]  # fmt: skip


def headline(found: Summary) -> str:
    """The same in a line."""
    return ", ".join(f"{number} {name}" for name, number in figures(found))


def told(found: Summary) -> str:
    """All of it as lines of text."""
    parts = [plain(table(found.groups))] if found.groups else []
    parts += [_counted("doubtful because", {f"{n}: {REASONS.get(n, '')}": count for n, count in found.doubts.items()})]
    rejects = {f"{reason}; first in {one.source}, line {one.line:,}": one.rows for reason, one in found.rejects.items()}
    parts += [_counted("rejected because", rejects), "\n".join(numbers(found.outcome, found.where))]
    return "\n\n".join(part for part in parts if part)


def numbers(outcome: Outcome, where: str) -> list[str]:
    """The three numbers and what else is to be known, a line each."""
    o = outcome
    rate = f", {o.done / o.seconds:,.0f} a second" if o.done else ""
    found = [f"{o.done:,} rows done in {clock(o.seconds)}{rate}; {o.skipped:,} were there already"]
    found += _rates(o)
    found += [f"same content as another input, counted once: {name}" for name in o.repeated]
    if o.stopped:
        return [*found, f"stopped; what was done is in {where}, and the same command does the rest"]
    return [*found, f"rows in {o.rows_in:,} = stored {o.stored:,} + rejected {o.rejected:,}"] if not o.missing else [
        *found, *o.missing, f"rows in {o.rows_in:,}, stored {o.stored:,}, rejected {o.rejected:,}: they do not agree"
    ]  # fmt: skip


def _rates(outcome: Outcome) -> list[str]:
    """Rows a second of one process, by stage: the slowest is what a run waits for."""
    rates = {stage: outcome.done / spent for stage, spent in outcome.stages.items() if spent and outcome.done}
    slowest = sorted(rates.items(), key=lambda entry: entry[1])
    told = ", ".join(f"{stage} {rate:,.0f}" for stage, rate in slowest)
    return [f"rows a second and process: {told}"] if told else []


def _counted(title: str, found: dict[str, int]) -> str:
    if not found:
        return ""
    return "\n".join([title, *(f"  {count:>9,}  {name}" for name, count in found.items())])
