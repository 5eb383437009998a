"""The verdict in plain sentences: which ceiling bound, what concurrency a wanted rate needs, whether goals are met.

Left out: the figures themselves (`summary`) and their price (`prices`).
"""

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

from .summary import Step

NOTICED = 0.01
"""A ceiling that costs fewer than one request in a hundred is not named."""
BUSY = 0.9
LATE_MS = 100.0
RULES = {
    "ConcurrentInvocationLimitExceeded": "concurrency",
    "ReservedFunctionConcurrentInvocationLimitExceeded": "concurrency",
    "FunctionInvocationRateLimitExceeded": "10x rule",
    "ReservedFunctionInvocationRateLimitExceeded": "10x rule",
    "CallerRateLimitExceeded": "scale-out",
}
MEANINGS = {
    "concurrency": "every environment was busy or starting",
    "10x rule": "Lambda takes no more than ten requests a second for each unit of concurrency",
    "scale-out": "Lambda adds environments only so fast",
    "function duration": "invocations ran into their timeout",
    "payload": "bodies were larger than the target takes",
    "refusals": "the target answered with a 4xx; the failures by reason say which",
    "faults": "the function failed, which has to be mended first",
    "the way there": "connections were refused or broke",
    "client": "the load client had no processor time left and sent late, so the target may carry more",
    "CPU": "the machine had no processor time left, and requests were sent late",
    "target": "answers took longer than the beat of the users allows, though there was processor time left",
    "none": "everything that was offered was carried",
    "other throttles": "requests were throttled for a reason that is not Lambda's",
}

NO_CEILINGS = ("faults", "refusals", "the way there", "none")


class Goals(NamedTuple):
    """What was asked for; None is not asked."""

    p99_ms: float | None = None
    success: float | None = None

    def missed(self, step: Step) -> list[str]:
        """What a step does not reach, each as a phrase."""
        found = []
        if self.p99_ms is not None and not (step.answered and step.p99_ms <= self.p99_ms):
            found.append(f"p99 is {step.p99_ms:,.1f} ms, wanted {self.p99_ms:g}")
        if self.success is not None and step.success < self.success:
            found.append(f"{_percent(step.success)} were answered, wanted {_percent(self.success)}")
        return found


class Need(NamedTuple):
    """The concurrency for a wanted rate: `least` carries an even stream, `most` the peaks of a random one."""

    rate_per_s: float
    least: int
    most: int
    by_duration: float
    duration_ms: tuple[float, float, float]

    @property
    def rule_binds(self) -> bool:
        return self.rate_per_s / 10 > self.by_duration


def ceiling(step: Step) -> str:
    """The name of what bound a step, a key of MEANINGS."""
    tried = max(1, sum(step.kinds.values()))
    if step.kinds.get("throttled", 0) > NOTICED * tried:
        reason = max(step.throttles, key=lambda name: step.throttles[name])
        return RULES.get(reason, "other throttles")
    by_kind = {"timeout": "function duration", "oversize": "payload", "rejected": "refusals"}
    by_kind |= {"fault": "faults", "unreachable": "the way there"}
    for kind, name in by_kind.items():
        if step.kinds.get(kind, 0) > NOTICED * tried:
            return name
    if step.late_p99_ms <= LATE_MS:
        return "none"
    return "client" if step.client > BUSY else "CPU" if step.machine > BUSY else "target"


def need(rate_per_s: float, durations_ms: Sequence[float], seed: int = 7) -> Need:
    """The concurrency that a rate needs, from measured durations of invocations.

    By Little's law an even stream keeps rate x duration environments busy; of a random (Poisson) stream one
    moment in a thousand has 3.09 standard deviations more. The mean duration has a 95 % interval by bootstrap.
    The 10x rule asks for a tenth of the rate besides.

    >>> need(10_000, [2.0] * 50)[:4]
    (10000, 1000, 1031, 20.0)
    """
    low, mean, high = _mean_interval(durations_ms, seed)
    least = max(rate_per_s * low / 1000, rate_per_s / 10)
    most = max(_peak(rate_per_s * high / 1000), _peak(rate_per_s) / 10)
    return Need(rate_per_s, math.ceil(least), math.ceil(most), rate_per_s * mean / 1000, (low, mean, high))


def _peak(mean: float) -> float:
    return mean + 3.09 * math.sqrt(mean)


def _mean_interval(values: Sequence[float], seed: int) -> tuple[float, float, float]:
    rng, kept = random.Random(seed), list(values)[:5000]  # noqa: S311
    means = sorted(sum(rng.choices(kept, k=len(kept))) / len(kept) for _ in range(200))
    return means[4], sum(kept) / len(kept), means[194]


def sentences(found: Sequence[Step], goals: Goals, needed: Need | None) -> list[str]:
    """The verdict, a sentence an item."""
    if not found:
        return ["Nothing was measured: no request came to an end."]
    return [*_of_ceilings(found), *_of_cold_starts(found), *_of_goals(found, goals), *_of_need(needed)]


def _of_ceilings(found: Sequence[Step]) -> list[str]:
    """One sentence for each run of steps that the same ceiling bound."""
    said: list[str] = []
    names = [ceiling(step) for step in found]
    start = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or names[end] != names[start]:
            said.append(_ceiling_sentence(found[start:end], names[start]))
            start = end
    return said


def _ceiling_sentence(bound: Sequence[Step], name: str) -> str:
    rates = " and ".join(f"{step.answered_per_s:,.1f}" for step in (bound[0], bound[-1])[: len(bound)])
    got = f"{rates} answers a second" + (" at its ends" if len(bound) > 1 else "")
    what = f"the ceiling was {_the(name)}"
    if name in NO_CEILINGS:
        what = "no ceiling was reached" + (", but requests failed" if name != "none" else "")
    return f"{_where(bound)} {what}: {MEANINGS[name]}. It gave {got}."


def _where(bound: Sequence[Step]) -> str:
    if bound[0].limit is None:
        return "As the target is,"
    limits = [str(step.limit) for step in bound]
    return (
        f"At a concurrency of {limits[0]}" if len(limits) == 1 else f"From a concurrency of {limits[0]} to {limits[-1]}"
    )


def _the(name: str) -> str:
    return name if name in ("CPU", "other throttles") else f"the {name}"


def _of_cold_starts(found: Sequence[Step]) -> list[str]:
    cold, warm = sum(step.cold for step in found), sum(step.warm for step in found)
    if not cold + warm:
        return ["The target does not say which answers were cold starts."]
    return [f"{cold:,} of {cold + warm:,} invocations were cold starts ({_percent(cold / (cold + warm))})."]


def _of_goals(found: Sequence[Step], goals: Goals) -> list[str]:
    if goals == Goals():
        return []
    met = [step for step in found if not goals.missed(step)]
    if met:
        return [f"The objectives are met, first at {_limit(met[0])}."]
    return [f"The objectives are missed at every step; at {_limit(found[-1])}: {'; '.join(goals.missed(found[-1]))}."]


def met(found: Sequence[Step], goals: Goals) -> bool:
    """Whether some step reaches all that was asked for."""
    return goals == Goals() or any(not goals.missed(step) for step in found)


def _limit(step: Step) -> str:
    return "the limits as they are" if step.limit is None else f"a concurrency of {step.limit}"


def _of_need(needed: Need | None) -> list[str]:
    if not needed:
        return []
    low, mean, high = needed.duration_ms
    busy = f"{needed.by_duration:,.1f} environments busy at {mean:,.2f} ms each ({low:,.2f} to {high:,.2f})"
    why = "the 10x rule, not the duration, decides" if needed.rule_binds else "the duration decides"
    span = f"{needed.least:,}" if needed.least == needed.most else f"{needed.least:,} to {needed.most:,}"
    return [f"For {needed.rate_per_s:,.0f} requests a second ask for a concurrency of {span}: {why}, with {busy}."]


def of_ramp(carried_per_s: float) -> str:
    """What a ramp is for: how far it went."""
    if not carried_per_s:
        return "In no second of the ramp were 99 % of the requests answered within a second."
    return f"The ramp came to {carried_per_s:,.0f} requests in a second with 99 % of them answered within a second."


def _percent(share: float) -> str:
    """A share, never rounded up to all or down to none.

    >>> _percent(0.9996), _percent(1.0), _percent(0.5)
    ('99.96 %', '100 %', '50 %')
    """
    for digits in (1, 2, 3, 4):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0.0, 100.0) or share in (0.0, 1.0):
            return f"{float(text):g} %"
    return f"{100 * share:g} %"
