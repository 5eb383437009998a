"""The size and the number of environments that a rate needs: memory, architecture, concurrency, and the month's cost.

Left out: how it is said (plan.py). One thread is taken to be as fast on arm64 as on x86_64: measure yours.
"""

import math
from typing import NamedTuple

import numpy as np

from . import capacity, prices
from .arrivals import Rate
from .durations import Durations
from .outcome import Outcome, Second
from .rules import Limits
from .simulation import simulate

SIZES_MB = (128, 256, 512, 1024, 1769, 3008)
ONE_CPU_MB = 1769
"""Memory that brings one whole vCPU; below, an environment has that share of one."""
SPARE = 1.25
SIMULATED_S, FEWEST, MOST = 30.0, 2_000, 300_000
PROVISION_LOSS = 0.0001
NEARLY = 1.05


class Wish(NamedTuple):
    """What is wanted of what: a rate and a p99, of a function with these durations on a whole core."""

    rps: float
    p99_ms: float
    success: float
    durations: Durations
    inits: Durations
    memory_mb: float
    placement_ms: float = 0.0


class Size(NamedTuple):
    """One memory size of one architecture: what it makes of the durations, and what it costs."""

    memory_mb: int
    architecture: str
    p99_ms: float
    billed_ms: float
    month: float
    per_million: float
    fits: bool


class Plan(NamedTuple):
    """The answer for one wish.

    least: concurrency where requests come evenly. concurrency: where they come at random. provision: environments
    that are enough, warm, for all but one of ten thousand requests.
    """

    wish: Wish
    size: Size
    sizes: list[Size]
    durations: Durations
    inits: Durations
    least: int
    concurrency: int
    simulated: Outcome
    provision: int
    provisioned_month: float

    @property
    def steady_cold_share(self) -> float:
        """Share of requests that wait for an INIT, in the second half of the simulated time."""
        return sum(s.cold_starts for s in self._late) / max(1, sum(s.answered for s in self._late))

    @property
    def warm_success(self) -> float:
        """Share of tries that were answered, in the second half of the simulated time."""
        answered = sum(s.answered for s in self._late)
        return answered / max(1, answered + sum(s.throttles for s in self._late))

    @property
    def _late(self) -> list[Second]:
        return [s for s in self.simulated.seconds if s.second >= self.simulated.elapsed_s / 2]

    @property
    def provisioned(self) -> bool:
        """Worth its price where so many requests are cold that they reach the p99, and INIT is above it."""
        return self.steady_cold_share > 0.01 and 1000 * self.inits.quantile(0.5) > self.wish.p99_ms


def slowdown(memory_mb: float) -> float:
    """How many times longer a single thread takes than on a whole vCPU; more than one does not speed it up.

    >>> slowdown(1769), slowdown(3008), round(slowdown(512), 2)
    (1.0, 1.0, 3.46)
    """
    return max(1.0, ONE_CPU_MB / memory_mb)


def sizes(wish: Wish) -> list[Size]:
    """Every memory size of every architecture, the cheapest first."""
    rng = np.random.default_rng(0)
    found = []
    for memory_mb in SIZES_MB:
        durations = wish.durations.scaled(slowdown(memory_mb))
        draws = durations.draws(rng)
        billed_ms = sum(prices.billed_ms(1000 * next(draws)) for _ in range(10_000)) / 10_000
        p99_ms = 1000 * durations.quantile(0.99)
        fits = p99_ms <= wish.p99_ms and memory_mb >= SPARE * wish.memory_mb
        for rates in prices.load().rates.values():
            count = wish.rps * prices.MONTH_S
            month = prices.on_demand(rates, count, count * billed_ms / 1000, memory_mb)
            million = prices.on_demand(rates, 1e6, 1e3 * billed_ms, memory_mb)
            found.append(Size(memory_mb, rates.architecture, p99_ms, billed_ms, month, million, fits))
    return sorted(found, key=lambda size: (size.month, size.memory_mb))


def choose(every: list[Size]) -> Size | None:
    """Of those that fit and cost nearly as little as the cheapest that does, the one with most memory.

    Its INIT is the shortest, and below a millisecond more memory costs next to nothing.
    """
    fit = [size for size in every if size.fits]
    cheap = [size for size in fit if size.month <= NEARLY * fit[0].month]
    return max(cheap, key=lambda size: (size.memory_mb, -size.month), default=None)


def plan(wish: Wish, seed: int = 0) -> Plan | None:
    """The size and its concurrency; None where no size keeps the p99."""
    every = sizes(wish)
    size = choose(every)
    if size is None:
        return None
    slower = slowdown(size.memory_mb)
    durations, inits = wish.durations.scaled(slower), wish.inits.scaled(slower).later(wish.placement_ms / 1000)
    load, loss = wish.rps * durations.mean, (1 - wish.success) / 2  # half for the concurrency, half for the rate
    concurrency = max(capacity.environments(load, loss), capacity.rate_concurrency(wish.rps, loss))
    seconds = min(MOST, max(FEWEST, wish.rps * SIMULATED_S)) / wish.rps
    limits = Limits(account_concurrency=concurrency)
    provision = capacity.environments(load, PROVISION_LOSS)
    month, rates = wish.rps * prices.MONTH_S, prices.load().rates[size.architecture]
    return Plan(
        wish=wish,
        size=size,
        sizes=every,
        durations=durations,
        inits=inits,
        least=max(1, math.ceil(wish.rps / limits.requests_per_concurrency), math.ceil(load)),
        concurrency=concurrency,
        simulated=simulate(Rate(wish.rps, seconds, poisson=True), limits, durations, inits, seed=seed),
        provision=provision,
        provisioned_month=prices.provisioned(rates, month, month * size.billed_ms / 1000, size.memory_mb, provision),
    )
