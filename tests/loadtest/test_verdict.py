"""The verdict in words."""

import pytest

from loadtest.rules import Concurrency, Limits, Throttle
from loadtest.summary import Step
from loadtest.verdict import MEANINGS, RULES, Goals, ceiling, met, need, sentences

GOOD = Step(1, 10.0, 100, 100, 1.0, 2.0, 3.0, {"answered": 100}, {}, {}, 1, 99, 1.0, 0.2, 0.2)


def throttled(reason: str, limit: int = 1) -> Step:
    return GOOD._replace(limit=limit, answered=40, kinds={"answered": 40, "throttled": 60}, throttles={reason: 60})


def test_every_reason_of_lambda_has_its_ceiling():
    """Each throttle that the rules give is named by the rule that gave it."""
    crowd, stream, growth = Limits(2, 1), Limits(1), Limits(50, scale_out_per_10_s=1)
    given = [
        *_admissions(crowd, release=False),
        *_admissions(stream, release=True),
        *_admissions(growth, release=False),
    ]
    expected = {"concurrency": "concurrency", "rate": "10x rule", "scale-out": "scale-out"}
    assert {throttle.rule: RULES[throttle.reason] for throttle in given} == expected


def _admissions(limits: Limits, *, release: bool) -> list[Throttle]:
    """The throttles of thirty requests within 30 ms, each answered at once or not at all."""
    rules, found = Concurrency(limits), []
    for n in range(30):
        given = rules.admit(n / 1000)
        if isinstance(given, Throttle):
            found.append(given)
        elif release:
            rules.release(given.environment, n / 1000)
    return found


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (GOOD, "none"),
        (throttled("ReservedFunctionInvocationRateLimitExceeded"), "10x rule"),
        (throttled("ConcurrentInvocationLimitExceeded"), "concurrency"),
        (throttled("CallerRateLimitExceeded"), "scale-out"),
        (throttled("unnamed"), "other throttles"),
        (GOOD._replace(kinds={"answered": 95, "timeout": 5}), "function duration"),
        (GOOD._replace(kinds={"answered": 95, "oversize": 5}), "payload"),
        (GOOD._replace(kinds={"answered": 95, "rejected": 5}), "refusals"),
        (GOOD._replace(kinds={"answered": 95, "fault": 5}), "faults"),
        (GOOD._replace(kinds={"answered": 95, "unreachable": 5}), "the way there"),
        (GOOD._replace(late_p99_ms=500.0, client=0.97, machine=1.0), "client"),
        (GOOD._replace(late_p99_ms=500.0, machine=0.97), "CPU"),
        (GOOD._replace(late_p99_ms=500.0), "target"),
        (GOOD._replace(machine=1.0, client=1.0), "none"),
        (GOOD._replace(kinds={"answered": 995, "throttled": 5}, throttles={"R": 5}), "none"),
    ],
)
def test_the_ceiling_is_what_cost_requests_or_made_them_late(step: Step, expected: str):
    """A busy machine that carries everything is no ceiling; half a percent of throttles is not named."""
    assert ceiling(step) == expected
    assert expected in MEANINGS


def test_below_a_tenth_of_a_second_the_10x_rule_decides():
    """10,000 a second at 2 ms: 20 environments busy, 1,000 to ask for."""
    found = need(10_000, [1.0, 3.0] * 100)
    assert (found.least, found.rule_binds) == (1000, True)
    assert found.by_duration == pytest.approx(20.0)


def test_above_it_the_duration_decides():
    """100 a second at 2 s: 200 are busy, and a random stream has peaks above that."""
    found = need(100, [2000.0] * 100)
    assert (found.least, found.rule_binds) == (200, False)
    expected_peak = 200 + 3.09 * 200**0.5
    assert expected_peak <= found.most <= expected_peak + 1


def test_more_spread_gives_a_wider_range():
    """The mean of a few unlike durations is not well known, and the range says so."""
    narrow, wide = need(100, [500.0] * 20), need(100, [10.0, 990.0] * 10)
    assert wide.least < narrow.least <= narrow.most < wide.most


def test_goals_are_met_where_one_step_meets_them_all():
    """A step that has one goal and misses the other does not count."""
    slow, few = GOOD._replace(p99_ms=90.0), GOOD._replace(answered=50)
    goals = Goals(p99_ms=50.0, success=0.99)
    assert met([slow, few], goals) is False
    assert met([slow, GOOD], goals) is True
    assert met([few], Goals()) is True
    assert met([], goals) is False


def test_a_step_without_answers_has_no_latency_to_be_proud_of():
    """Its p99 of zero meets nothing."""
    assert met([GOOD._replace(answered=0, p99_ms=0.0)], Goals(p99_ms=50.0)) is False


def test_the_sentences_say_ceiling_cold_starts_goals_and_need():
    """In that order; steps that the same ceiling bound share a sentence."""
    found = [throttled("FunctionInvocationRateLimitExceeded", limit) for limit in (1, 2)] + [GOOD._replace(limit=4)]
    said = sentences(found, Goals(success=0.9), need(1000, [2.0] * 9))
    assert [sentence.split(":")[0] for sentence in said[:2]] == [
        "From a concurrency of 1 to 2 the ceiling was the 10x rule",
        "At a concurrency of 4 no ceiling was reached",
    ]
    assert said[2] == "3 of 300 invocations were cold starts (1 %)."
    assert said[3] == "The objectives are met, first at a concurrency of 4."
    assert said[4].startswith("For 1,000 requests a second ask for a concurrency of 100 to 110: the 10x rule")


def test_missed_goals_are_told_with_both_values():
    """What was reached and what was wanted."""
    said = sentences([GOOD], Goals(p99_ms=2.0, success=1.0), None)
    assert said[-1] == "The objectives are missed at every step; at a concurrency of 1: p99 is 3.0 ms, wanted 2."


def test_nothing_measured_is_said():
    """No step, one sentence."""
    assert sentences([], Goals(), None) == ["Nothing was measured: no request came to an end."]
