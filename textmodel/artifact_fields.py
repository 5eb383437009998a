"""The manifest's optional fields, checked: language, reliability table, baseline of answers, shortest texts.

    "language": "en"
    "reliability": [[threshold, coverage, accuracy], ...]
    "min_words": 2
    "baseline": {"label": {"positive": 1}, "score": {"0.9-1.0": 1}, "known": {"0.8-0.9": 1}, "chars": {"64-127": 1}}

Left out: what they are for (`language`, `reliability`, `histogram`), and all other fields (`artifact`).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from .doubts import MOST_WORDS
from .errors import ArtifactMalformed
from .histogram import BUCKETS
from .reliability import Row

_MAX_COUNT = 1 << 53  # what every reader of JSON holds exactly


def read_row(row: Any, path: str) -> Row:
    """One row of a manifest's reliability table, three numbers.

    Raises: ArtifactMalformed.
    """
    match row:
        case [float() | int(), float() | int(), float() | int()] if not any(isinstance(part, bool) for part in row):
            return cast("Row", tuple(row))
    raise ArtifactMalformed(path, "reliability rows of threshold, coverage and accuracy", repr(row)[:200])


def check_language(language: str, path: str) -> None:
    """A code as in ISO 639, or none.

    Raises: ArtifactMalformed.
    """
    small = language.isascii() and language.isalpha() and language.islower()
    if language and not (small and len(language) in (2, 3)):
        raise ArtifactMalformed(path, "a language of two or three small letters, as in ISO 639", language[:40])


def check_reliability(table: Sequence[Row], path: str) -> None:
    """Rows of shares; the higher the threshold, the fewer texts reach it.

    Raises: ArtifactMalformed.
    """
    for row in table:
        if not all(0 <= part <= 1 for part in row):
            raise ArtifactMalformed(path, "reliability rows of shares from 0 to 1", row)
    for lower, higher in pairwise(table):
        if not (lower[0] < higher[0] and lower[1] >= higher[1]):
            raise ArtifactMalformed(path, "reliability of ascending thresholds, falling coverage", (lower, higher))


def check_baseline(baseline: Mapping[str, Mapping[str, int]], labels: Sequence[str], path: str) -> None:
    """The four fields of the same answers, or nothing.

    Raises: ArtifactMalformed.
    """
    if not baseline:
        return
    if baseline.keys() != BUCKETS.keys():
        raise ArtifactMalformed(path, f"a baseline of {', '.join(BUCKETS)}", sorted(baseline))
    for field, counts in baseline.items():
        if not isinstance(counts, Mapping) or not all(map(_is_count, counts.values())):
            raise ArtifactMalformed(path, f"counts in the baseline's {field}", repr(counts)[:200])
        if strange := counts.keys() - {*(BUCKETS[field] or labels)}:
            raise ArtifactMalformed(path, f"buckets of {field} in the baseline", sorted(strange))
    totals = [sum(baseline[field].values()) for field in BUCKETS]
    if len({*totals}) > 1 or not all(totals):  # of no answers, every log would look stable
        raise ArtifactMalformed(path, "each answer once in every field of the baseline, and at least one", totals)


def check_min_words(words: int, path: str) -> None:
    """One to three.

    Raises: ArtifactMalformed.
    """
    if not 1 <= words <= MOST_WORDS:
        raise ArtifactMalformed(path, f"min_words from 1 to {MOST_WORDS}", words)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COUNT
