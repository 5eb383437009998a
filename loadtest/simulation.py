"""A function under load, event by event: the rules of rules.py in the time of the events, no clock and no sleep.

Left out: queues, which Lambda has none of for synchronous requests, and contention: environments do not slow each
other, as on Lambda and unlike on one laptop. Same arguments, same seed, same result.
"""

import heapq
from collections.abc import Iterator
from itertools import chain

import numpy as np

from .arrivals import Clients, Load, Retries
from .durations import Durations
from .outcome import Outcome, Tally
from .rules import Admission, Concurrency, Limits, Throttle

DONE, TRY = 0, 1
"""Kinds of event; at one time environments come free before requests come."""
NEVER = float("inf")


class Simulation:
    """One run of one load; `run()` gives its outcome.

    Args:
        load: when requests come.
        limits: what binds the function.
        durations: seconds of the handler, without INIT.
        inits: seconds of INIT, of an environment's first request.
        retries: what a client does after a throttle.
        network_s: seconds between client and function, there and back, on every answer.
        client_timeout_s: seconds after which a client gives up on an answer; the function goes on.
        seed: of all that is random.

    """

    def __init__(
        self,
        load: Load,
        limits: Limits,
        durations: Durations,
        inits: Durations,
        *,
        retries: Retries = Retries(),  # noqa: B008 - it is frozen
        network_s: float = 0.0,
        client_timeout_s: float = NEVER,
        seed: int = 0,
    ) -> None:
        arrivals, durations_rng, inits_rng, waits = (np.random.default_rng([seed, n]) for n in range(4))
        self._limits, self._rules = limits, Concurrency(limits)
        self._arrivals = load.times(arrivals)
        self._durations, self._inits = durations.draws(durations_rng), inits.draws(inits_rng)
        self._waits: Iterator[float] = chain.from_iterable(iter(lambda: waits.random(1 << 12).tolist(), None))
        self._retries, self._network_s, self._client_timeout_s = retries, network_s, client_timeout_s
        self._clients = load if isinstance(load, Clients) else None
        self._unsent = max(0, load.requests - load.clients) if isinstance(load, Clients) else 0
        self._events: list[tuple[float, int, int, int, float]] = []
        self._tally = Tally()

    def run(self) -> Outcome:
        """All requests, until the last one is answered or given up."""
        events, arrivals, limit = self._events, self._arrivals, NEVER
        following = next(arrivals, limit)
        second = 1.0
        while events or following < limit:
            if events and events[0][0] <= following:
                now, kind, number, attempt, first = heapq.heappop(events)
                if kind == DONE:
                    self._done(now, number, attempt)
                else:
                    self._try(now, attempt, first)
            else:
                now = following
                self._tally.sent += 1
                self._try(now, 1, now)
                following = next(arrivals, limit)
            if now >= second:
                self._rules.expire(now)
                second = now + 1.0
        return self._tally.outcome(self._rules)

    def _try(self, now: float, attempt: int, first: float) -> None:
        admission = self._rules.admit(now)
        self._tally.tries += 1
        if isinstance(admission, Throttle):
            self._throttled(now, attempt, first, admission)
        else:
            self._admitted(now, first, admission)

    def _admitted(self, now: float, first: float, admission: Admission) -> None:
        """What becomes of the request is known at once: nothing that happens later changes its duration."""
        limits, tally = self._limits, self._tally
        busy_s = next(self._durations)
        init_s = 0.0
        if admission.cold:
            init_s = next(self._inits)
            tally.cold_start(now, init_s, self._rules.total)
            if init_s > limits.init_timeout_s:  # it runs again, inside the first invocation
                busy_s, init_s = busy_s + init_s, limits.init_timeout_s
        dies = busy_s > limits.timeout_s
        if dies:
            busy_s = limits.timeout_s
        end = now + init_s + busy_s
        tally.peak_in_flight = max(tally.peak_in_flight, self._rules.in_flight)
        tally.billed_s += init_s + busy_s
        heapq.heappush(self._events, (end, DONE, admission.environment, dies, 0.0))
        answered = end + self._network_s
        if answered - first > self._client_timeout_s:
            answered = max(now, first + self._client_timeout_s)
            tally.given_up += 1
        elif dies:
            tally.timed_out += 1
        else:
            tally.answer(answered, answered - first)
        tally.last_s = max(tally.last_s, answered)
        if self._clients:
            self._next_of_client(answered, self._clients.think_s)

    def _throttled(self, now: float, attempt: int, first: float, throttle: Throttle) -> None:
        tally, told = self._tally, now + self._network_s
        tally.throttle(now, throttle.reason)
        if attempt < self._retries.attempts:
            again = told + self._retries.wait_s(attempt, next(self._waits))
            if again - first <= self._client_timeout_s:
                heapq.heappush(self._events, (again, TRY, tally.tries, attempt + 1, first))
                return
        tally.refused[throttle.reason] += 1
        tally.last_s = max(tally.last_s, told)
        if self._clients:
            self._next_of_client(told, self._clients.think_s)

    def _next_of_client(self, now: float, think_s: float) -> None:
        if self._unsent:
            self._unsent -= 1
            self._tally.sent += 1
            again = now + think_s
            heapq.heappush(self._events, (again, TRY, self._tally.sent, 1, again))

    def _done(self, now: float, environment: int, dies: int) -> None:
        if dies:
            self._rules.end(environment, now)
        else:
            self._rules.release(environment, now)


def simulate(load: Load, limits: Limits, durations: Durations, inits: Durations, **settings: object) -> Outcome:
    """One run; the settings are those of Simulation."""
    return Simulation(load, limits, durations, inits, **settings).run()  # type: ignore[arg-type]
