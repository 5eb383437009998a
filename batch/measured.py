"""How high a score must be before a label counts as reliable, measured on labelled reviews.

A threshold holds for texts like those that it was measured on: the shipped artifact's is from posts of a forum, of
the reviews in `quality/reviews.tsv` above it a fifth are wrong. So it counts here only for an artifact that somebody
trained for this; else a sample is asked for. Left out: using the threshold (`pipeline`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from textmodel.model import ROOT

from .errors import InputError
from .pipeline import NEVER, Pipeline
from .quality import lines as labelled
from .quality.lines import Line
from .records import Record
from .settings import NOT_OF_REVIEWS, Settings
from .work import Make, pipeline

TARGET = 0.9
"""The share of reliable labels that are to be right."""
FEWEST = 20
"""Lines that a threshold rests on at least; fewer say too little of the next review."""


class Bar(NamedTuple):
    """`right` of the `kept` lines that reach `score` are right; `score` is NEVER where no threshold does."""

    score: float
    kept: int
    right: int
    lines: int

    def __str__(self) -> str:
        if self.lines < FEWEST:
            return f"{self.lines} labelled lines are too few: at least {FEWEST} must reach a score. None is reliable."
        if self.score == NEVER:
            return f"No score is right {TARGET:.0%} of the time on {self.lines} labelled lines: none is reliable."
        return (
            f"A label is reliable from a score of {self.score:.3f}: {self.right} of {self.kept} such lines are right."
        )


def with_bar(asked: Settings, sample: str | None, say: Callable[[str], None], make: Make = pipeline) -> Settings:
    """The settings with the threshold that holds for them.

    Raises: InputError; EngineError; ArtifactError.
    """
    if sample is None:
        if asked.task not in NOT_OF_REVIEWS or asked.artifacts != ROOT:
            return asked
        say("The shipped models were not trained on reviews: no label is reliable without --sample or --task.")
        return asked._replace(bar=NEVER)
    made = make(asked._replace(bar=0.0))
    try:
        bar = measure(made, labelled.read(Path(sample)), sample)
    finally:
        made.close()
    say(str(bar))
    return asked._replace(bar=bar.score)


def measure(pipeline: Pipeline, lines: Sequence[Line], where: str = "sample") -> Bar:
    """Do the lines as if they were reviews; those with another reason for doubt do not count.

    Raises: InputError for a label that the model does not have, or where all lines have one; EngineError.
    """
    labels = pipeline.model.labels
    if wrong := next((line for line in lines if line.label not in labels), None):
        raise InputError(where, f"labels {', '.join(labels)}", repr(wrong.label))
    if len({line.label for line in lines}) < 2:  # a model that always says the same would be right each time
        raise InputError(where, f"lines of different labels, of {', '.join(labels)}", f"only {lines[0].label!r}")
    records = [Record(n, n, str(n), line.text, line.language) for n, line in enumerate(lines)]
    rows, _ = pipeline.rows("sample", records, lambda _: {})
    found = [(row.score, row.label == line.label) for row, line in zip(rows, lines, strict=True)
             if row.score is not None and not row.reasons]  # fmt: skip
    return best(found, len(lines))


def best(found: Sequence[tuple[float, bool]], lines: int) -> Bar:
    """The lowest score such that enough of the lines from it on are right, and there are enough of them.

    >>> best([(0.9, True)] * 30 + [(0.5, False)] * 10, 40)
    Bar(score=0.9, kept=30, right=30, lines=40)
    """
    bar, right = Bar(NEVER, 0, 0, lines), 0
    ordered = sorted(found, reverse=True)
    for kept, (score, is_right) in enumerate(ordered, 1):
        right += is_right
        last = kept == len(ordered) or ordered[kept][0] < score  # equal scores go together
        if last and kept >= FEWEST and right >= TARGET * kept:
            bar = Bar(score, kept, right, lines)
    return bar
