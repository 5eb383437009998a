"""What the rows of a test say, step by step: rates, shares, quantiles, throttles by reason.

Left out: judging it (`verdict`) and showing it (`report`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .rows import Row


class Change(NamedTuple):
    """From when on which concurrency limit was in force; None where nobody set one."""

    at_s: float
    limit: int | None


class Usage(NamedTuple):
    """How busy things were at a moment: shares from 0 to 1; the client's is of one core for each process."""

    at_s: float
    machine: float
    client: float


class Step(NamedTuple):
    """One limit and what it let through. Requests count once, however often they were tried; throttles each time.

    Latencies are those of answered requests, from when each was due.
    """

    limit: int | None
    seconds: float
    requests: int
    answered: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    kinds: dict[str, int]
    throttles: dict[str, int]
    """Attempts by Lambda's reason."""
    failures: dict[str, int]
    """All others that were not answered, by kind and reason."""
    cold: int
    warm: int
    late_p99_ms: float
    machine: float
    client: float

    @property
    def offered_per_s(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def answered_per_s(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    @property
    def success(self) -> float:
        """The share of requests that were answered in the end."""
        return self.answered / self.requests if self.requests else 0.0

    @property
    def name(self) -> str:
        return "as it is" if self.limit is None else str(self.limit)


def steps(rows: Sequence[Row], changes: Sequence[Change], usage: Sequence[Usage]) -> list[Step]:
    """A step for each change of the limit that requests were sent after."""
    if not rows:
        return []
    starts = list(changes) or [Change(rows[0].sent_s, None)]
    ends = [change.at_s for change in starts[1:]] + [float("inf")]
    found = []
    for start, end in zip(starts, ends, strict=True):
        inside = [row for row in rows if start.at_s <= row.sent_s < end]
        busy = [use for use in usage if start.at_s <= use.at_s < end]
        if inside:
            found.append(_step(start.limit, inside, busy))
    return found


def _step(limit: int | None, rows: Sequence[Row], usage: Sequence[Usage]) -> Step:
    answered = [row for row in rows if row.kind == "answered"]
    first_attempts = sum(row.attempt == 0 for row in rows)
    ended = max(row.sent_s + row.latency_ms / 1000 for row in rows)
    waits = sorted(row.waited_ms for row in answered)
    return Step(
        limit=limit,
        seconds=ended - rows[0].sent_s,
        requests=first_attempts,
        answered=len(answered),
        p50_ms=quantile(waits, 0.5),
        p95_ms=quantile(waits, 0.95),
        p99_ms=quantile(waits, 0.99),
        kinds=dict(Counter(row.kind for row in rows)),
        throttles=dict(Counter(row.reason for row in rows if row.kind == "throttled")),
        failures=dict(Counter(row.failure for row in rows if row.kind not in ("answered", "throttled"))),
        cold=sum(row.init == "cold" for row in rows),
        warm=sum(row.init == "warm" for row in rows),
        late_p99_ms=quantile(sorted(row.late_ms for row in rows if row.attempt == 0), 0.99),
        machine=_mean(use.machine for use in usage),
        client=_mean(use.client for use in usage),
    )


def carried_per_s(rows: Sequence[Row], within_ms: float = 1000.0, share: float = 0.99) -> float:
    """The most requests of any second of which nearly all were answered in time; 0 where no second had that.

    >>> carried_per_s([Row(n / 10, 0, 1, "predict", "answered", "", "", 0, True) for n in range(30)])
    10.0
    """
    seconds: dict[int, list[bool]] = {}
    for row in rows:
        seconds.setdefault(int(row.sent_s - rows[0].sent_s), []).append(
            row.kind == "answered" and row.waited_ms <= within_ms
        )
    return float(max((len(good) for good in seconds.values() if sum(good) >= share * len(good)), default=0))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 of none.

    >>> quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.99), quantile([], 0.5)
    (2, 4, 0.0)
    """
    if not ordered:
        return 0.0
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * len(ordered) * 1_000_000) // 1_000_000) - 1))]


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0
