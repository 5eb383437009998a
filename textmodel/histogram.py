"""Answers as counts in buckets: what a log may keep of a text's answer, and what drift is measured on.

    label   each label by its name
    score   the answer's probability, and
    known   the share of the text's words that the model knows, by tenths: "0.9-1.0"
    chars   the text's length in characters, by powers of two: "64-127"

The log lines of a service and the baseline of an artifact both have this form, so that like is compared
with like. Left out: the comparison (`drift`).
"""

from collections.abc import Iterable, Mapping

Answer = tuple[str, float, float, int]
"""Label, score, known and length in characters of one answer."""
Histogram = dict[str, dict[str, int]]
"""Field to bucket to count."""

TENTHS = tuple(f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}" for tenth in range(10))
SIZES = ("0", "1", *(f"{1 << bits}-{(2 << bits) - 1}" for bits in range(1, 63)))
"""By the bits that the length takes."""
BUCKETS: Mapping[str, tuple[str, ...]] = {"label": (), "score": TENTHS, "known": TENTHS, "chars": SIZES}
"""Each field's buckets in their order; labels are the model's own."""


def one(label: str, score: float, known: float, chars: int) -> Histogram:
    """One answer's histogram, in under a microsecond.

    >>> one("positive", 0.93, 1.0, 100)
    {'label': {'positive': 1}, 'score': {'0.9-1.0': 1}, 'known': {'0.9-1.0': 1}, 'chars': {'64-127': 1}}
    """
    return {
        "label": {label: 1},
        "score": {TENTHS[min(int(score * 10), 9)]: 1},
        "known": {TENTHS[min(int(known * 10), 9)]: 1},
        "chars": {SIZES[chars.bit_length()]: 1},
    }


def of(answers: Iterable[Answer]) -> Histogram:
    """Many answers' histogram; empty buckets are left out, and all four fields are there.

    >>> of([("positive", 0.93, 1.0, 100), ("neutral", 0.5, 0.0, 0)])["label"]
    {'positive': 1, 'neutral': 1}
    """
    total: Histogram = {field: {} for field in BUCKETS}
    for answer in answers:
        add(total, one(*answer))
    return total


def add(total: Histogram, more: Mapping[str, Mapping[str, int]]) -> None:
    """Add the counts of `more` to `total`, in place.

    >>> total = {"label": {"neutral": 1}}
    >>> add(total, {"label": {"neutral": 2, "positive": 1}}); total
    {'label': {'neutral': 3, 'positive': 1}}
    """
    for field, counts in more.items():
        mine = total.setdefault(field, {})
        for bucket, count in counts.items():
            mine[bucket] = mine.get(bucket, 0) + count


def size(histogram: Mapping[str, Mapping[str, int]]) -> int:
    """How many answers are counted.

    >>> size({"label": {"neutral": 3, "positive": 1}}), size({})
    (4, 0)
    """
    return sum(histogram.get("label", {}).values())
