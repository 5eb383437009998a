"""Lambda's rules of concurrency, over any order of requests, answers and deaths."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.rules import Admission, Concurrency, Limits, LimitsError, Throttle

LIMITS = st.fixed_dictionaries(
    {
        "account_concurrency": st.integers(0, 6),
        "reserved_concurrency": st.none() | st.integers(0, 6),
        "scale_out_per_10_s": st.integers(0, 5),
        "requests_per_concurrency": st.integers(1, 3),
        "idle_s": st.sampled_from([0.5, 5.0, 600.0]),
    }
).map(lambda fields: Limits(**fields))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["admit", "admit", "admit", "release", "release", "end", "expire"]),
        st.sampled_from([0.0, 0.0, 0.01, 0.1, 0.3, 1.0, 4.0]),
        st.integers(0, 10),
    ),
    max_size=120,
)


class Witness:
    """What was seen from outside, counted anew with plain sets and lists."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.rules = limits, Concurrency(limits)
        self.busy: list[int] = []
        self.idle: set[int] = set(self.rules.provisioned)
        self.admitted: list[float] = []
        self.created: list[float] = []
        self.throttles: list[tuple[float, Throttle]] = []
        self.now = 0.0

    def step(self, what: str, after_s: float, which: int) -> None:
        self.now += after_s
        match what:
            case "admit":
                self._admit()
            case "release" if self.busy:
                environment = self.busy.pop(which % len(self.busy))
                self.rules.release(environment, self.now)
                self.idle.add(environment)
            case "end" if self.busy:
                instead = self.rules.end(self.busy.pop(which % len(self.busy)), self.now)
                self.idle |= {instead} if instead else set()
            case "expire":
                self.idle -= set(self.rules.expire(self.now))

    def _admit(self) -> None:
        admission = self.rules.admit(self.now)
        if isinstance(admission, Throttle):
            self.throttles.append((self.now, admission))
            return
        assert admission.environment not in self.busy
        assert admission.cold == (admission.environment not in self.idle)
        self.idle.discard(admission.environment)
        self.busy.append(admission.environment)
        self.admitted.append(self.now)
        if admission.cold:
            self.created.append(self.now)


def most_within(times: list[float], window_s: float) -> int:
    """Most times within any half-open window (a nanosecond is no time)."""
    return max((sum(start <= t < start + window_s - 1e-6 for t in times) for start in times), default=0)


@given(LIMITS, STEPS)
def test_no_limit_is_ever_exceeded(limits: Limits, steps: list[tuple[str, float, int]]):
    """In flight, requests in any second, new environments in any ten seconds: none is above its limit."""
    seen = Witness(limits)
    for step in steps:
        seen.step(*step)
        assert seen.rules.in_flight <= limits.concurrency
    assert most_within(seen.admitted, 1.0) <= limits.requests_per_s
    assert most_within(seen.created, 10.0) <= limits.scale_out_per_10_s


@given(LIMITS, STEPS)
def test_counts_are_conserved(limits: Limits, steps: list[tuple[str, float, int]]):
    """What was admitted is in flight until it is released or ended, and nothing else is."""
    seen = Witness(limits)
    for step in steps:
        seen.step(*step)
        assert (seen.rules.in_flight, seen.rules.idle) == (len(seen.busy), len(seen.idle))
        assert seen.rules.total == seen.rules.in_flight + seen.rules.idle


@given(LIMITS, STEPS)
def test_a_throttle_names_a_rule_that_holds(limits: Limits, steps: list[tuple[str, float, int]]):
    """No request is refused without the rule that it names being reached at that moment."""
    seen = Witness(limits)
    for step in steps:
        count = len(seen.throttles)
        seen.step(*step)
        if len(seen.throttles) == count:
            continue
        now, throttle = seen.throttles[-1]
        reached = {
            "concurrency": len(seen.busy) >= limits.concurrency,
            "rate": sum(now - t < 1 for t in seen.admitted) >= limits.requests_per_s,
            "scale-out": sum(now - t < 10 for t in seen.created) >= limits.scale_out_per_10_s,
        }
        assert reached[throttle.rule]
        assert throttle.retry_after_s > 0


@given(LIMITS, st.integers(0, 6), STEPS)
def test_provisioned_environments_are_always_there(
    limits: Limits, provisioned: int, steps: list[tuple[str, float, int]]
):
    """However many die or idle, the count of provisioned ones stays."""
    limits = limits._replace(provisioned_concurrency=min(provisioned, limits.concurrency))
    seen = Witness(limits)
    for step in steps:
        seen.step(*step)
        assert len(seen.rules.provisioned) == limits.provisioned_concurrency
        assert seen.rules.total >= limits.provisioned_concurrency


def admitted(rules: Concurrency, now: float) -> int:
    admission = rules.admit(now)
    assert isinstance(admission, Admission)
    return admission.environment


def test_the_freshest_environment_is_taken_first():
    """A warm environment that was used last comes before one that was used earlier."""
    rules = Concurrency(Limits())
    first, second = admitted(rules, 0.0), admitted(rules, 0.0)
    rules.release(second, 1.0)
    rules.release(first, 2.0)
    assert rules.admit(3.0) == Admission(first, cold=False)


def test_idle_environments_end_and_are_not_taken_after():
    """One that was idle for `idle_s` is not used again, and `expire` names it once."""
    rules = Concurrency(Limits(idle_s=10))
    old = admitted(rules, 0.0)
    rules.release(old, 1.0)
    assert rules.expire(10.9) == []
    assert rules.admit(11.0) == Admission(2, cold=True)
    assert (rules.expire(11.0), rules.expire(11.0)) == ([old], [])


def test_exactly_ten_requests_a_second_for_each_unit_of_concurrency():
    """Requests exactly a tenth of a second apart are all let through, one more is not."""
    rules = Concurrency(Limits(reserved_concurrency=1))
    for n in range(100):
        rules.release(admitted(rules, n / 10), n / 10)
    throttle = rules.admit(9.95)
    assert throttle == Throttle("ReservedFunctionInvocationRateLimitExceeded", pytest.approx(0.05), "rate")


def test_each_rule_has_its_reason():
    """Concurrency, rate and scale-out give the reasons of the API, with and without reserved concurrency."""
    seen = []
    for reserved in (None, 5):
        limits = Limits(10, reserved, scale_out_per_10_s=3, requests_per_concurrency=1)
        rules = Concurrency(limits)
        seen.append([a.reason for a in (rules.admit(0.0) for _ in range(4)) if isinstance(a, Throttle)][-1])
        rules = Concurrency(limits._replace(scale_out_per_10_s=100))
        for _ in range(limits.concurrency):
            rules.release(admitted(rules, 0.0), 0.0)
        rate = rules.admit(0.0)
        full = Concurrency(limits._replace(account_concurrency=1, reserved_concurrency=reserved and 1))
        admitted(full, 0.0)
        seen.extend(a.reason for a in (rate, full.admit(0.0)) if isinstance(a, Throttle))
    assert seen == [
        "CallerRateLimitExceeded",
        "FunctionInvocationRateLimitExceeded",
        "ConcurrentInvocationLimitExceeded",
        "CallerRateLimitExceeded",
        "ReservedFunctionInvocationRateLimitExceeded",
        "ReservedFunctionConcurrentInvocationLimitExceeded",
    ]


def test_scale_out_comes_back_ten_seconds_after_its_use():
    """1,000 environments at once, the next not before ten seconds have passed; none is saved up."""
    rules = Concurrency(Limits(account_concurrency=5000, requests_per_concurrency=100))
    assert sum(isinstance(rules.admit(100.0), Admission) for _ in range(1500)) == 1000
    assert isinstance(rules.admit(109.9), Throttle)
    assert sum(isinstance(rules.admit(110.0), Admission) for _ in range(1500)) == 1000


def test_limits_change_while_requests_are_in_flight():
    """A lower limit refuses at once and ends nothing; provisioned environments come and become ordinary ones."""
    rules = Concurrency(Limits(account_concurrency=3))
    busy = [admitted(rules, 0.0) for _ in range(3)]
    assert rules.set_limits(Limits(account_concurrency=1), 1.0) == []
    assert (rules.in_flight, isinstance(rules.admit(2.0), Throttle)) == (3, True)
    for environment in busy:
        rules.release(environment, 3.0)
    assert rules.set_limits(Limits(account_concurrency=3, provisioned_concurrency=2), 4.0) == [4, 5]
    assert (rules.idle, rules.provisioned) == (5, {4, 5})
    rules.set_limits(Limits(account_concurrency=3, idle_s=10), 5.0)
    assert sorted(rules.expire(15.0)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "limits",
    [
        Limits(account_concurrency=-1),
        Limits(timeout_s=0),
        Limits(idle_s=float("nan")),
        Limits(reserved_concurrency=1, provisioned_concurrency=2),
    ],
)
def test_limits_that_no_function_can_have(limits: Limits):
    """They are refused, the field is named, and the old ones stay in force."""
    rules = Concurrency(Limits(account_concurrency=2))
    with pytest.raises(LimitsError, match=r"account_concurrency|timeout_s|idle_s|provisioned_concurrency"):
        rules.set_limits(limits, 0.0)
    assert rules.limits == Limits(account_concurrency=2)


def test_an_answer_to_no_request_is_an_error():
    """An environment that has no request in flight cannot be released, one that is gone cannot end."""
    rules = Concurrency(Limits())
    environment = admitted(rules, 0.0)
    rules.release(environment, 0.1)
    with pytest.raises(KeyError):
        rules.release(environment, 0.2)
    rules.end(environment, 0.3)
    with pytest.raises(KeyError):
        rules.end(environment, 0.4)


def test_a_number_is_never_used_twice():
    """Environments that replace dead ones have numbers of their own."""
    rules = Concurrency(Limits(account_concurrency=1, provisioned_concurrency=1))
    numbers = []
    for n in range(5):
        numbers.append(admitted(rules, float(n)))
        rules.end(numbers[-1], float(n))
    assert all(a < b for a, b in pairwise(numbers))


def test_provisioned_environments_do_not_end_by_idleness():
    """However long one has waited, before its first request and after it, it is there and warm."""
    rules = Concurrency(Limits(provisioned_concurrency=1, idle_s=10))
    environment = admitted(rules, 1e6)
    rules.release(environment, 1e6)
    assert rules.expire(2e6) == []
    assert rules.admit(2e6) == Admission(environment, cold=False)
