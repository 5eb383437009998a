"""What the rows say, step by step."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.rows import Row
from loadtest.summary import Change, Usage, carried_per_s, quantile, steps


def row(sent_s: float, kind: str = "answered", latency_ms: float = 1.0, **more: object) -> Row:
    usual = {"late_ms": 0.0, "door": "predict", "reason": "", "init": "", "attempt": 0, "last": True}
    return Row(**{**usual, "sent_s": sent_s, "kind": kind, "latency_ms": latency_ms, **more})


def test_a_row_belongs_to_the_limit_it_was_sent_under():
    """A change of the limit begins a step; each counts what came of its own rows."""
    rows = [row(10.0), row(11.0, "throttled", reason="R"), row(20.0), row(21.0, init="cold"), row(22.0, "timeout")]
    first, second = steps(rows, [Change(10.0, 1), Change(20.0, 2)], [])
    assert (first.limit, first.requests, first.answered, first.throttles) == (1, 2, 1, {"R": 1})
    assert (second.limit, second.kinds, second.cold) == (2, {"answered": 2, "timeout": 1}, 1)
    assert second.success == pytest.approx(2 / 3)


def test_a_retried_request_is_one_request():
    """Its throttled attempts are counted as throttles, its answer as an answer."""
    tried = [row(1.0, "throttled", reason="R", last=False), row(2.0, attempt=1), row(3.0)]
    (step,) = steps(tried, [], [])
    assert (step.requests, step.answered, step.success) == (2, 2, 1.0)
    assert step.throttles == {"R": 1}


def test_rates_are_over_the_time_from_the_first_request_to_the_last_answer():
    """Ten requests, one a tenth of a second, the last answered 100 ms later: ten a second."""
    (step,) = steps([row(n / 10, latency_ms=100.0) for n in range(10)], [], [])
    assert (step.offered_per_s, step.answered_per_s) == (pytest.approx(10.0), pytest.approx(10.0))


def test_latencies_count_from_when_a_request_was_due_and_of_answers_alone():
    """Waiting for the client to send is waiting, and a quick refusal makes nothing faster."""
    rows = [row(1.0, latency_ms=5.0, late_ms=100.0), row(2.0, "throttled", latency_ms=0.1)]
    (step,) = steps(rows, [], [])
    assert step.p50_ms == step.p99_ms == 105.0
    assert step.late_p99_ms == 100.0


def test_no_row_is_no_step():
    """Nor is a limit under which nothing was sent."""
    assert steps([], [Change(1.0, 1)], []) == []
    assert [step.limit for step in steps([row(5.0)], [Change(1.0, 1), Change(4.0, 2), Change(9.0, 4)], [])] == [2]


def test_how_busy_things_were_is_the_mean_of_the_step():
    """Looks before and after it do not count."""
    looks = [Usage(0.5, 1.0, 1.0), Usage(1.5, 0.2, 0.4), Usage(1.7, 0.4, 0.6)]
    (step,) = steps([row(1.0), row(2.0)], [], looks)
    assert (step.machine, step.client) == (pytest.approx(0.3), pytest.approx(0.5))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=200), st.integers(1, 100))
def test_a_quantile_is_the_smallest_value_that_enough_do_not_exceed(values: list[int], percent: int):
    """By the definition, looked for from below."""
    ordered = sorted(values)
    expected = next(v for v in ordered if 100 * sum(other <= v for other in ordered) >= percent * len(ordered))
    assert quantile(ordered, percent / 100) == expected


def test_the_median_of_an_odd_number_is_pythons():
    """An independent count."""
    assert quantile([1, 5, 9], 0.5) == statistics.median([1, 5, 9])


def test_a_ramp_has_carried_its_best_second():
    """Not the busiest one, where half of the answers were late or missing."""
    good = [row(n / 20) for n in range(20)]
    late = [row(1 + n / 50, latency_ms=1500.0 if n % 2 else 1.0) for n in range(50)]
    throttled = [row(2 + n / 80, "throttled") for n in range(80)]
    assert carried_per_s([*good, *late, *throttled]) == 20.0
    assert carried_per_s(throttled) == 0.0
