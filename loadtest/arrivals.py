"""When requests come: at a constant rate, at random (Poisson), all at once, or from clients that wait for answers.

Left out: what the requests hold. `Retries` is how a client tries again after a throttle.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

CHUNK = 1 << 14


class Rate(NamedTuple):
    """An open load: requests come whether or not earlier ones are answered."""

    per_s: float
    seconds: float
    poisson: bool = False

    def times(self, rng: np.random.Generator) -> Iterator[float]:
        """Ascending, from 0 to `seconds`."""
        count = round(self.per_s * self.seconds)
        if not self.poisson:
            yield from (n / self.per_s for n in range(count))
            return
        now = 0.0
        while now < self.seconds:
            gaps = rng.exponential(1 / self.per_s, CHUNK)
            for at in (now + np.cumsum(gaps)).tolist():
                if at >= self.seconds:
                    return
                yield at
            now += float(gaps.sum())


class Burst(NamedTuple):
    """So many requests, all at once or spread evenly over some seconds."""

    requests: int
    over_s: float = 0.0

    def times(self, _rng: np.random.Generator) -> Iterator[float]:
        return (n * self.over_s / self.requests for n in range(self.requests))


class Clients(NamedTuple):
    """A closed load: each client sends, waits for its answer, thinks, sends again, until all requests are sent."""

    clients: int
    requests: int
    think_s: float = 0.0

    def times(self, _rng: np.random.Generator) -> Iterator[float]:
        """The first request of each client."""
        return iter([0.0] * min(self.clients, self.requests))


class Retries(NamedTuple):
    """Exponential back-off with full jitter: before attempt n + 1 a client waits random * base * 2 ** (n - 1), capped.

    boto3's legacy mode makes 5 attempts, its standard mode 3, both with a base of 1 s; standard caps at 20 s.
    Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    attempts: int = 1
    base_s: float = 1.0
    cap_s: float = 20.0

    def wait_s(self, attempt: int, draw: float) -> float:
        """Seconds to wait after a failed attempt, counted from 1; `draw` is random in 0..1."""
        return draw * min(self.cap_s, self.base_s * 2.0 ** min(attempt - 1, 30))


Load = Rate | Burst | Clients
