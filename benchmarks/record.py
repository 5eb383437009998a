"""What a run has measured so far: samples by contestant and metric, and why something is missing.

Left out: how it is shown (`report`) and judged (`budgets`).
"""

from collections import defaultdict
from collections.abc import Collection
from statistics import median

from . import stats

NONE = "none"


class Record:
    """Samples, one a round, in the order they were taken."""

    def __init__(self) -> None:
        self._samples: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self._words: dict[tuple[str, str], str] = {}
        self.skipped: dict[str, str] = {}
        """Contestants that could not take part, and why."""
        self.notes: list[str] = []

    def add(self, contestant: str, metric: str, value: float) -> None:
        self._samples[contestant, metric].append(value)

    def say(self, contestant: str, metric: str, words: str) -> None:
        """Words in place of a number; said again, they are joined unless they say nothing new."""
        said = self._words.get((contestant, metric), "")
        if words != NONE or not said:
            self._words[contestant, metric] = words if said in ("", NONE, words) else f"{said}; {words}"

    def samples(self, contestant: str, metric: str) -> list[float]:
        return self._samples.get((contestant, metric), [])

    def median(self, contestant: str, metric: str) -> float | None:
        samples = self.samples(contestant, metric)
        return median(samples) if samples else None

    def words(self, contestant: str, metric: str) -> str | None:
        return self._words.get((contestant, metric))

    def ratio(self, over: tuple[str, str], under: tuple[str, str]) -> float | None:
        """How many times `under` goes into `over`, each a contestant and a metric."""
        a, b = self.samples(*over), self.samples(*under)
        return stats.ratio(a, b) if a and b and all(b) else None

    def contestants(self, metrics: Collection[str]) -> list[str]:
        """Who has anything of these, in the order of their first turns."""
        return list(dict.fromkeys(who for who, metric in (*self._samples, *self._words) if metric in metrics))
