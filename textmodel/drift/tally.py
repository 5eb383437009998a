"""Everything that logs say, as counts: one pass, in memory that does not grow with the logs.

Left out: how lines are read (`sources`, `entries`) and what the counts mean (`report`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ..histogram import BUCKETS, Histogram, add, size
from .entries import Answer, Broken, Feedback, parse
from .joined import Counts, Join
from .sources import Raw

SHOWN_BROKEN = 5
_MOST_MODELS = 100
_OTHERS = "(others)"


class Tally:
    """Counts of one model's answers, and of all that is not one."""

    def __init__(self, model: str, labels: Sequence[str]) -> None:
        self.model = model
        self.answers: Histogram = {field: {} for field in BUCKETS}
        self.other_models: Counter[str] = Counter()
        """Answers of each other model, by its name."""
        self.other_lines = 0
        self.broken = 0
        self.first_broken: list[str] = []
        self.begin = self.end = 0.0
        """Times of the first and the last of the model's answers, in seconds since 1970; 0 without any."""
        self.feedback: Counts | None = None
        self._labels = frozenset(labels)
        self._join = Join(labels)

    def take(self, items: Iterable[Raw]) -> None:
        """Count every line."""
        for place, content, error in items:
            try:
                if error:
                    raise Broken(error)  # noqa: TRY301  # counted as every other
                for entry in parse(content):
                    self._count(entry)
            except Broken as broken:
                self.broken += 1
                if len(self.first_broken) < SHOWN_BROKEN:
                    self.first_broken.append(f"{place}: {broken}")

    def close(self) -> None:
        """Join feedback to answers, once everything is counted."""
        self.feedback = self._join.counts()
        self._join.close()

    def _count(self, entry: Answer | Feedback | None) -> None:
        match entry:
            case Answer():
                self._count_answer(entry)
            case Feedback():
                if not self._join.feedback(entry):
                    raise Broken(f"feedback: expected one of the labels {', '.join(sorted(self._labels))}")
            case None:
                self.other_lines += 1

    def _count_answer(self, entry: Answer) -> None:
        ours = entry.model == self.model
        if not ours:
            known = entry.model in self.other_models or len(self.other_models) < _MOST_MODELS
            self.other_models[entry.model[:100] if known else _OTHERS] += size(entry.histogram)
        elif not entry.histogram["label"].keys() <= self._labels:
            raise Broken(f"answers.label: expected the labels {', '.join(sorted(self._labels))}")
        else:
            add(self.answers, entry.histogram)
            if entry.time is not None:
                self.begin = min(self.begin or entry.time, entry.time)
                self.end = max(self.end, entry.time)
        self._join.answer(entry, ours=ours)
