"""Lambda's rules of concurrency for one function, as a state machine: who is admitted, into which environment.

Left out: clocks, processes and durations. The caller says what time it is, in seconds that never go back, and
tells when an answer came. The local Lambda drives it in real time, the simulator in the time of its events.

    concurrency = Concurrency(Limits(reserved_concurrency=1))
    concurrency.admit(0.0)              Admission(environment=1, cold=True)
    concurrency.admit(0.1)              Throttle(reason="ReservedFunctionConcurrentInvocationLimitExceeded", ...)
    concurrency.release(1, 0.2)
    concurrency.admit(0.3)              Admission(environment=1, cold=False)

Sources, under https://docs.aws.amazon.com/lambda/latest/: dg/lambda-concurrency.html (concurrency, the 10x rule),
dg/scaling-behavior.html (scale-out), dg/gettingstarted-limits.html (quotas), dg/configuration-concurrency.html
(reserved), dg/provisioned-concurrency.html, api/API_Invoke.html (the throttle's reasons).
AWS does not publish which reason goes with which rule, nor how long it counts; what is our reading is marked so.
"""

from collections import OrderedDict, deque
from typing import Literal, NamedTuple

Reason = Literal[
    "ConcurrentInvocationLimitExceeded",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "FunctionInvocationRateLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
    "CallerRateLimitExceeded",
]
Rule = Literal["concurrency", "rate", "scale-out"]

RATE_WINDOW_S = 1.0
SCALE_OUT_WINDOW_S = 10.0
CLOCK_S = 1e-9
"""Times closer than this are the same time: requests exactly 0.1 s apart are ten per second."""
RETRY_AFTER_S = 1.0
"""What a throttle for concurrency asks to wait: nobody knows when an environment comes free. Our reading."""


class LimitsError(ValueError):
    """Limits that no function can have; the message names the field."""


class Limits(NamedTuple):
    """The quotas and settings that bind one function; the defaults are those of an older account."""

    account_concurrency: int = 1000
    reserved_concurrency: int | None = None
    provisioned_concurrency: int = 0
    scale_out_per_10_s: int = 1000
    requests_per_concurrency: int = 10
    idle_s: float = 600
    timeout_s: float = 30
    init_timeout_s: float = 10

    @property
    def concurrency(self) -> int:
        """Most requests in flight: the reserved concurrency where there is one, never above the account's."""
        reserved = self.reserved_concurrency
        return self.account_concurrency if reserved is None else min(reserved, self.account_concurrency)

    @property
    def requests_per_s(self) -> int:
        """Most requests admitted within a second: the 10x rule (dg/lambda-concurrency.html)."""
        return self.requests_per_concurrency * self.concurrency

    def check(self) -> "Limits":
        """These limits, or LimitsError."""
        for name, value in self._asdict().items():
            if value is not None and not value >= 0:
                raise LimitsError(f"{name} is {value}; it must be 0 or more")
        for name in ("requests_per_concurrency", "timeout_s", "init_timeout_s"):
            if not getattr(self, name) > 0:
                raise LimitsError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.provisioned_concurrency > self.concurrency:
            raise LimitsError(
                f"provisioned_concurrency is {self.provisioned_concurrency}; the concurrency is {self.concurrency}"
            )
        return self


class Throttle(NamedTuple):
    """A request that was refused: Lambda's reason, when to try again, and which rule refused it."""

    reason: Reason
    retry_after_s: float
    rule: Rule


class Admission(NamedTuple):
    """A request that was let in: the number of its environment, and whether that has to INIT first."""

    environment: int
    cold: bool


class Concurrency:
    """Environments of one function, counted from 1; a number is never used twice.

    Provisioned environments are there from the start, idle and warm, and do not end by idleness.
    """

    def __init__(self, limits: Limits = Limits(), now: float = 0.0) -> None:  # noqa: B008 - it is frozen
        self._last = 0
        self._busy: set[int] = set()
        self._idle: OrderedDict[int, float] = OrderedDict()  # environment -> idle since; the last is the freshest
        self._ready: OrderedDict[int, float] = OrderedDict()  # the same, of those provisioned
        self._provisioned: set[int] = set()
        self._admitted: deque[float] = deque()  # within the last second
        self._created: deque[float] = deque()  # within the last ten
        self.set_limits(limits, now)

    @property
    def in_flight(self) -> int:
        """Requests that are being answered; an environment takes one at a time."""
        return len(self._busy)

    @property
    def idle(self) -> int:
        """Environments that wait, provisioned ones too, and those that `expire` has yet to end."""
        return len(self._idle) + len(self._ready)

    @property
    def total(self) -> int:
        """Environments there are."""
        return len(self._busy) + len(self._idle) + len(self._ready)

    @property
    def provisioned(self) -> frozenset[int]:
        """The environments that are provisioned now, idle or busy."""
        return frozenset(self._provisioned)

    def set_limits(self, limits: Limits, now: float) -> list[int]:
        """Put limits in force; environments that are newly provisioned. What is in flight stays in flight.

        Raises:
            LimitsError: no function can have these; the old ones stay in force.

        """
        self.limits = limits.check()
        self._most = limits.concurrency
        self._rate = limits.requests_per_s
        while len(self._provisioned) > limits.provisioned_concurrency:
            self._withdraw(now)
        return [self._provision(now) for _ in range(limits.provisioned_concurrency - len(self._provisioned))]

    def admit(self, now: float) -> Admission | Throttle:
        """An environment for a request that comes now, or why it gets none.

        Provisioned environments are taken before others (dg/provisioned-concurrency.html), and the warm one that
        was used last before older ones. The concurrency is looked at first, then the rate, then the scale-out:
        our reading.
        """
        busy, admitted = self._busy, self._admitted
        if len(busy) >= self._most:
            return self._throttle("concurrency", RETRY_AFTER_S)
        edge = now - RATE_WINDOW_S + CLOCK_S
        while admitted and admitted[0] <= edge:
            admitted.popleft()
        if len(admitted) >= self._rate:
            return self._throttle("rate", admitted[-self._rate] + RATE_WINDOW_S - now)
        environment = self._warm(now)
        cold = not environment
        if cold:
            wait_s = self._scale_out_wait(now)
            if wait_s > 0:
                return self._throttle("scale-out", wait_s)
            self._created.append(now)
            self._last = environment = self._last + 1
        busy.add(environment)
        admitted.append(now)
        return Admission(environment, cold)

    def release(self, environment: int, now: float) -> None:
        """The environment has answered and waits for the next request; KeyError where it has none in flight."""
        self._busy.remove(environment)
        waiting = self._ready if environment in self._provisioned else self._idle
        waiting[environment] = now

    def end(self, environment: int, now: float) -> int | None:
        """The environment is gone: it died, timed out, or was stopped; KeyError where there is none.

        The number of the environment that takes its place, where it was provisioned.
        """
        if environment in self._busy:
            self._busy.remove(environment)
        elif self._idle.pop(environment, None) is None:
            del self._ready[environment]
        if environment not in self._provisioned:
            return None
        self._provisioned.remove(environment)
        return self._provision(now)

    def expire(self, now: float) -> list[int]:
        """End the environments that have been idle for `idle_s`, and name them, the longest idle first.

        AWS says that an environment is kept for some time, not how long (dg/lambda-runtime-environment.html).
        """
        ended: list[int] = []
        while self._idle:
            environment, since = next(iter(self._idle.items()))
            if since + self.limits.idle_s > now:
                break
            del self._idle[environment]
            ended.append(environment)
        return ended

    def _warm(self, now: float) -> int:
        """The warm environment to take, or 0; one that was idle for too long is not taken."""
        if self._ready:
            return self._ready.popitem()[0]
        if not self._idle:
            return 0
        environment, since = self._idle.popitem()
        if since + self.limits.idle_s > now:
            return environment
        self._idle[environment] = since
        return 0

    def _scale_out_wait(self, now: float) -> float:
        """Seconds until one more environment may be created: at most so many within any ten seconds.

        A unit comes back ten seconds after its use, and none is saved up: dg/scaling-behavior.html speaks of
        1,000 every ten seconds, refilled continuously, not accrued.
        """
        created, most = self._created, self.limits.scale_out_per_10_s
        edge = now - SCALE_OUT_WINDOW_S + CLOCK_S
        while created and created[0] <= edge:
            created.popleft()
        if len(created) < most:
            return 0.0
        return created[-most] + SCALE_OUT_WINDOW_S - now if most else SCALE_OUT_WINDOW_S

    def _throttle(self, rule: Rule, retry_after_s: float) -> Throttle:
        """The reasons are those of api/API_Invoke.html. That the scale-out has the caller's is our reading, by which
        the reason alone tells the three rules apart.
        """
        reserved = self.limits.reserved_concurrency is not None
        reason: Reason
        match rule, reserved:
            case "concurrency", False:
                reason = "ConcurrentInvocationLimitExceeded"
            case "concurrency", True:
                reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            case "rate", False:
                reason = "FunctionInvocationRateLimitExceeded"
            case "rate", True:
                reason = "ReservedFunctionInvocationRateLimitExceeded"
            case _:
                reason = "CallerRateLimitExceeded"
        return Throttle(reason, retry_after_s, rule)

    def _provision(self, now: float) -> int:
        self._last += 1
        self._provisioned.add(self._last)
        self._ready[self._last] = now
        return self._last

    def _withdraw(self, now: float) -> None:
        """Make one provisioned environment an ordinary one, an idle one if there is any."""
        environment = next(iter(self._ready), None)
        if environment is None:
            environment = min(self._provisioned)
        else:
            del self._ready[environment]
            self._idle[environment] = now
        self._provisioned.remove(environment)
