"""A tally against the baseline of a model: a verdict for each field, and the live accuracy where there is feedback.

    stable        PSI below 0.1, or a difference that chance can make
    some shift    PSI from 0.1 to 0.25
    shift         PSI above 0.25
    too few       fewer than MIN_ANSWERS answers: no verdict

Left out: how it is shown (`text`, `plot`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..histogram import BUCKETS, size
from .joined import Counts
from .stats import Distance, distance, wilson
from .tally import Tally

SOME_SHIFT, SHIFT = 0.1, 0.25
"""The rule of thumb of N. Siddiqi, Credit Risk Scorecards (2006), chapter 8."""
LEVEL = 0.01
"""How often stable logs may be called shifted by chance in any field (Bonferroni: a quarter of it in each)."""
MIN_ANSWERS = 200
"""Chance alone makes a PSI of about (buckets - 1) / answers, which for ten buckets is 0.09 at 100 answers, 0.045 here.

Source: B. Yurdakul and J. Naranjo, Statistical properties of the population stability index, 2020.
"""
STABLE, SOME, SHIFTED, TOO_FEW = "stable", "some shift", "shift", "too few"


class Field(NamedTuple):
    """One field's comparison."""

    name: str
    buckets: tuple[str, ...]
    """In their order, those that the baseline or the log has."""
    baseline: tuple[int, ...]
    live: tuple[int, ...]
    distance: Distance
    verdict: str


class LabelFigures(NamedTuple):
    """One label's share of right answers, with 95 % intervals; None where there is nothing to count."""

    label: str
    right: int
    """How often it was both answered and right."""
    actual: int
    answered: int

    @property
    def recall(self) -> tuple[float, float, float] | None:
        return _share(self.right, self.actual)

    @property
    def precision(self) -> tuple[float, float, float] | None:
        return _share(self.right, self.answered)


class Accuracy(NamedTuple):
    """What feedback says of the answers that it was given to."""

    right: int
    judged: int
    by_label: tuple[LabelFigures, ...]
    counts: Counts

    @property
    def accuracy(self) -> tuple[float, float, float] | None:
        """The share of right answers and its 95 % interval."""
        return _share(self.right, self.judged)


class Report(NamedTuple):
    """Everything that `drift` tells."""

    tally: Tally
    baseline_answers: int
    fields: tuple[Field, ...]
    accuracy: Accuracy | None

    @property
    def answers(self) -> int:
        return size(self.tally.answers)

    @property
    def verdict(self) -> str:
        """That of the field which is worst."""
        order = (TOO_FEW, STABLE, SOME, SHIFTED)
        return max((field.verdict for field in self.fields), key=order.index)


def report(tally: Tally, baseline: Mapping[str, Mapping[str, int]], labels: Sequence[str]) -> Report:
    """Compare a closed tally with a baseline of the same four fields."""
    fields = tuple(_field(name, baseline[name], tally.answers[name], labels) for name in BUCKETS)
    return Report(tally, size(baseline), fields, _accuracy(tally.feedback, labels))


def _field(name: str, baseline: Mapping[str, int], live: Mapping[str, int], labels: Sequence[str]) -> Field:
    order = BUCKETS[name] or labels
    places = [n for n, bucket in enumerate(order) if bucket in baseline or bucket in live]
    if BUCKETS[name] and places:  # an ordered field is shown without gaps
        places = list(range(places[0], places[-1] + 1))
    buckets = tuple(order[n] for n in places)
    old, new = (tuple(counts.get(bucket, 0) for bucket in buckets) for counts in (baseline, live))
    found = distance(old, new)
    return Field(name, buckets, old, new, found, verdict(found, sum(new)))


def verdict(found: Distance, answers: int) -> str:
    """The rule of thumb on PSI, held back where chance can make the difference or answers are too few.

    >>> verdict(Distance(0.3, 90.0, 2, 1e-20, 0.2), 5000), verdict(Distance(0.3, 4.0, 2, 0.14, 0.2), 5000)
    ('shift', 'stable')
    """
    if answers < MIN_ANSWERS:
        return TOO_FEW
    if found.psi < SOME_SHIFT or found.p_value >= LEVEL / len(BUCKETS):
        return STABLE
    return SHIFTED if found.psi > SHIFT else SOME


def _accuracy(counts: Counts | None, labels: Sequence[str]) -> Accuracy | None:
    if counts is None:
        return None
    table = counts.confusion
    by_label = tuple(
        LabelFigures(label, table[n][n], sum(table[n]), sum(row[n] for row in table)) for n, label in enumerate(labels)
    )
    return Accuracy(sum(one.right for one in by_label), sum(map(sum, table)), by_label, counts)


def _share(part: int, whole: int) -> tuple[float, float, float] | None:
    return (part / whole, *wilson(part, whole)) if whole else None


def as_json(found: Report) -> dict[str, Any]:
    """The report as JSON's own types; shares and intervals are [value, low, high], or null without any."""
    tally = found.tally
    return {
        "verdict": found.verdict,
        "model": tally.model,
        "answers": found.answers,
        "baseline_answers": found.baseline_answers,
        "begin": tally.begin or None,
        "end": tally.end or None,
        "fields": {
            f.name: {
                "verdict": f.verdict,
                **f.distance._asdict(),
                "buckets": {b: [old, new] for b, old, new in zip(f.buckets, f.baseline, f.live, strict=True)},
            }
            for f in found.fields
        },
        "accuracy": _accuracy_json(found.accuracy),
        "lines": {
            "other_events": tally.other_lines,
            "broken": tally.broken,
            "first_broken": tally.first_broken,
            "answers_of_other_models": dict(tally.other_models),
        },
    }


def _accuracy_json(found: Accuracy | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "accuracy": found.accuracy,
        "judged": found.judged,
        "labels": {one.label: {"recall": one.recall, "precision": one.precision} for one in found.by_label},
        **found.counts._asdict(),
    }
