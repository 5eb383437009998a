"""The simulator beside the local Lambda: the same arrivals, the same limits, the durations that were measured."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import pytest

from loadtest.arrivals import Rate
from loadtest.durations import Durations
from loadtest.rules import Limits
from loadtest.simulation import simulate
from tests.loadtest.local_lambda.running import HANG_S, Local

SEED, SECONDS = 11, 10.0
INVOKE = "/2015-03-31/functions/undertone/invocations"


class Case(NamedTuple):
    """A Poisson rate of requests that sleep, above what the limits carry."""

    rate: float
    sleep_s: float
    limits: Limits


CASES = {
    "concurrency": Case(20, 0.25, Limits(reserved_concurrency=3, requests_per_concurrency=1_000)),
    "rate": Case(40, 0.005, Limits(reserved_concurrency=3)),
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[Limits], Local]]:
    started: list[Local] = []

    def begin(limits: Limits) -> Local:
        arguments = ["--concurrency", str(limits.concurrency)]
        arguments += ["--requests-per-concurrency", str(limits.requests_per_concurrency)]
        started.append(Local(tmp_path / "local", "obedient.handler", *arguments))
        return started[-1]

    yield begin
    for one in started:
        one.stop()


class Sent(NamedTuple):
    """Requests as they were sent: on a busy machine later than they were due."""

    at: list[float]

    def times(self, _rng: np.random.Generator) -> Iterator[float]:
        return iter(sorted(self.at))


async def _send(url: str, times: list[float], event: object) -> tuple[list[int], Sent]:
    """The status of each request, sent when it is due, and when it was."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=HANG_S, trust_env=False, limits=limits) as client:
        now, sent = asyncio.get_running_loop().time, Sent([])
        begun = now()

        async def one(at: float) -> int:
            await asyncio.sleep(begun + at - now())
            sent.at.append(now() - begun)
            return (await client.post(INVOKE, json=event)).status_code

        return list(await asyncio.gather(*map(one, times))), sent


def _measured(log: str, what: str) -> list[float]:
    """Seconds, from REPORT lines."""
    return [float(ms) / 1000 for ms in re.findall(rf"\t{what}: ([\d.]+) ms", log)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_they_agree_within_a_tenth(case: Case, start: Callable[[Limits], Local]):
    """Throughput and the share that is throttled differ by less than 10 %."""
    local, load = start(case.limits), Rate(case.rate, SECONDS, poisson=True)
    times = list(load.times(np.random.default_rng([SEED, 0])))
    statuses, sent = asyncio.run(_send(local.url, times, {"do": "sleep", "s": case.sleep_s}))
    answered, throttled = statuses.count(200), statuses.count(429)
    durations, inits = (Durations.of(_measured(local.log, what)) for what in ("Duration", "Init Duration"))
    simulated = simulate(sent, case.limits, durations, inits, seed=SEED)
    assert answered + throttled == simulated.sent == len(times)
    assert answered == pytest.approx(simulated.answered, rel=0.1)
    assert throttled == pytest.approx(sum(simulated.refused.values()), rel=0.1)
    assert throttled > 0.2 * len(times)
