"""The shapes of a load over time: how many users there are at each second, and which limit is in force.

Each user sends at a rate of its own (`pace`), so that a number of users is a rate of arrivals, and a test that is
spread over several processes needs no agreement between them.
Left out: locust, which calls these once a second; the users themselves.

    rate     a constant rate of arrivals
    steps    the same, while the concurrency limit rises
    burst    N requests at once, which is what the original's authors measured
    ramp     more each second until fewer than half of the requests are answered within a second: the breaking point
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

NAMES = ("rate", "steps", "burst", "ramp")
MOST_USERS = 500
"""Beyond that many arrivals a second a user sends more often than once a second."""
BROKEN_SHARE = 0.5
BROKEN_MS = 1000.0


class Plan(NamedTuple):
    """What a test is to do. `rate_per_s`: arrivals a second, for a ramp the highest; `seconds`: of each step."""

    shape: str = "rate"
    rate_per_s: float = 100.0
    seconds: float = 10.0
    limits: Sequence[int] = (1, 2, 4, 8)
    burst: int = 1000
    give_up_s: float = 120.0

    @property
    def users(self) -> int:
        """Users when all are there; also the most requests in flight."""
        if self.shape == "burst":
            return self.burst
        return max(1, min(MOST_USERS, math.ceil(self.rate_per_s)))

    @property
    def per_user_per_s(self) -> float:
        """What each user sends."""
        return self.rate_per_s / self.users

    @property
    def total_s(self) -> float:
        """How long it takes; a burst at most."""
        if self.shape == "burst":
            return self.give_up_s
        return self.seconds * (len(self.limits) if self.shape == "steps" else 1)


def users_at(plan: Plan, run_s: float) -> int | None:
    """How many users there should be `run_s` after the start; None when it is over.

    >>> users_at(Plan("ramp", rate_per_s=100, seconds=10), 4.5), users_at(Plan(), 10)
    (50, None)
    """
    if run_s >= plan.total_s:
        return None
    if plan.shape == "ramp":
        return max(1, math.ceil(plan.users * math.floor(run_s + 1) / plan.seconds))
    return plan.users


def limit_at(plan: Plan, run_s: float) -> int | None:
    """The concurrency limit that should be in force; None where the shape sets none.

    >>> [limit_at(Plan("steps", seconds=10, limits=(1, 4)), s) for s in (0, 9.9, 10)]
    [1, 1, 4]
    """
    if plan.shape != "steps":
        return None
    return plan.limits[min(int(run_s // plan.seconds), len(plan.limits) - 1)]


def broken(recent: Sequence[bool]) -> bool:
    """Whether a ramp has come to the breaking point; `recent`: was each of the last requests answered in time?

    >>> broken([True] * 40 + [False] * 60), broken([False] * 10)
    (True, False)
    """
    return len(recent) >= 50 and sum(recent) < BROKEN_SHARE * len(recent)


def due_s(started_s: float, index: int, per_s: float) -> float:
    """When a user's request number `index` is due, on a fixed beat: a slow answer moves no later one.

    >>> due_s(100.0, 3, per_s=2.0)
    101.5
    """
    return started_s + index / per_s


def backoff_s(attempt: int, retry_after_s: float, chance: float) -> float:
    """Seconds to wait before attempt number `attempt` (1 is the first retry); `chance` is from 0 to 1.

    Exponential with full jitter, from 0.1 s to 10 s, never before the answer's Retry-After.
    Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/

    >>> backoff_s(3, 0.0, 0.5), backoff_s(1, 1.0, 1.0)
    (0.2, 1.1)
    """
    return retry_after_s + chance * min(10.0, 0.1 * 2.0 ** (attempt - 1))
