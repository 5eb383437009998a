"""What came of a load: counts, latencies and a row per second; and the tally that gathers them.

Left out: prices and verdicts. `sent == answered + timed_out + given_up + all refused`, always.
"""

from array import array
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .rules import Concurrency


class Second(NamedTuple):
    """What happened within one second: answers, throttles and cold starts. One without any has no row."""

    second: int
    answered: int
    throttles: int
    cold_starts: int


class Outcome(NamedTuple):
    """One load's outcome. Throttles count every 429, `refused` the requests whose last try was one."""

    sent: int
    answered: int
    timed_out: int
    given_up: int
    refused: Mapping[str, int]
    tries: int
    throttles: Mapping[str, int]
    cold_starts: int
    peak_environments: int
    peak_in_flight: int
    elapsed_s: float
    billed_s: float
    latencies_s: NDArray[np.float64]
    inits_s: NDArray[np.float64]
    seconds: list[Second]
    environments_left: int
    in_flight_left: int

    @property
    def success(self) -> float:
        """Share of requests that were answered."""
        return self.answered / self.sent if self.sent else 0.0

    @property
    def cold_share(self) -> float:
        """Share of admitted requests that had to wait for an INIT."""
        admitted = self.sent - sum(self.refused.values())
        return self.cold_starts / admitted if admitted else 0.0

    @property
    def answered_per_s(self) -> float:
        """From the first request to the last answer or refusal."""
        return self.answered / self.elapsed_s if self.elapsed_s else 0.0

    def latency_s(self, share: float) -> float:
        """A quantile of the latency of answered requests, from a client's first try; nan where there is none."""
        return float(np.quantile(self.latencies_s, share)) if self.answered else float("nan")


class Tally:
    """Counts while a simulation runs."""

    def __init__(self) -> None:
        self.sent = self.tries = self.timed_out = self.given_up = 0
        self.peak_environments = self.peak_in_flight = 0
        self.last_s = self.billed_s = 0.0
        self.refused: Counter[str] = Counter()
        self._throttles: Counter[str] = Counter()
        self._latencies, self._inits = array("d"), array("d")
        self._answers_at: Counter[int] = Counter()
        self._throttles_at: Counter[int] = Counter()
        self._colds_at: Counter[int] = Counter()

    def answer(self, now: float, latency_s: float) -> None:
        self._latencies.append(latency_s)
        self._answers_at[int(now)] += 1

    def throttle(self, now: float, reason: str) -> None:
        self._throttles[reason] += 1
        self._throttles_at[int(now)] += 1

    def cold_start(self, now: float, init_s: float, environments: int) -> None:
        self._inits.append(init_s)
        self._colds_at[int(now)] += 1
        self.peak_environments = max(self.peak_environments, environments)

    def outcome(self, rules: Concurrency) -> Outcome:
        return Outcome(
            sent=self.sent,
            answered=len(self._latencies),
            timed_out=self.timed_out,
            given_up=self.given_up,
            refused=dict(self.refused),
            tries=self.tries,
            throttles=dict(self._throttles),
            cold_starts=len(self._inits),
            peak_environments=max(self.peak_environments, rules.limits.provisioned_concurrency),
            peak_in_flight=self.peak_in_flight,
            elapsed_s=self.last_s,
            billed_s=self.billed_s,
            latencies_s=np.array(self._latencies),
            inits_s=np.array(self._inits),
            seconds=self._seconds(),
            environments_left=rules.total,
            in_flight_left=rules.in_flight,
        )

    def _seconds(self) -> list[Second]:
        counts = self._answers_at, self._throttles_at, self._colds_at
        return [Second(n, *(count[n] for count in counts)) for n in sorted(set().union(*counts))]
