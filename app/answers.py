"""What log and figures may know of what was answered: counts in buckets, and never a text.

Left out: the buckets (`textmodel.histogram`), and who writes them down (`front`, `telemetry`, `metrics`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from textmodel import histogram


class Judged(Protocol):
    """What a prediction says of itself."""

    @property
    def label(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def known(self) -> float: ...
    @property
    def reliable(self) -> bool: ...


class Answers(NamedTuple):
    """What one reply answered, or what several did."""

    model: str
    histogram: Mapping[str, Mapping[str, int]]
    reliable: int
    """How many of them the model vouches for."""


def of_one(model: str, answer: Judged, text: str) -> Answers:
    """Of a single text, which most requests have: in two microseconds."""
    return Answers(model, histogram.one(answer.label, answer.score, answer.known, len(text)), int(answer.reliable))


def of_many(model: str, answers: Sequence[Judged], texts: Sequence[str]) -> Answers | None:
    """Of the texts of a batch; None where it has none."""
    rows = ((a.label, a.score, a.known, len(text)) for a, text in zip(answers, texts, strict=True))
    return Answers(model, histogram.of(rows), sum(a.reliable for a in answers)) if answers else None


def merged(parts: Iterable[Answers | None]) -> Answers | None:
    """All of one model's answers as one, in memory that does not grow with their number; None where none has any."""
    model, total, reliable = "", dict[str, dict[str, int]](), 0
    for part in parts:
        if part:
            model = part.model
            histogram.add(total, part.histogram)
            reliable += part.reliable
    return Answers(model, total, reliable) if total else None


def fields(answers: Answers | None) -> dict[str, object]:
    """The fields of a log line that tell what was answered."""
    return {"model": answers.model, "answers": answers.histogram} if answers else {}
