"""The simulator, against closed forms and against what must always hold."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.arrivals import Burst, Clients, Load, Rate, Retries
from loadtest.capacity import erlang_b
from loadtest.durations import Durations
from loadtest.rules import Limits
from loadtest.simulation import simulate

NONE = Durations.constant(0.0)
NO_RATE = Limits(requests_per_concurrency=10_000)
LIMITS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda of: Limits(account_concurrency=of[0], scale_out_per_10_s=of[1], timeout_s=1)
)
LOADS = st.one_of(
    st.builds(Rate, st.floats(1, 300), st.floats(0.1, 3), st.booleans()),
    st.builds(Burst, st.integers(1, 300), st.sampled_from([0.0, 1.0])),
    st.builds(Clients, st.integers(1, 30), st.integers(1, 300), st.sampled_from([0.0, 0.05])),
)


@settings(max_examples=60)
@given(
    LOADS,
    LIMITS,
    st.floats(0.0005, 2),
    st.floats(0, 12),
    st.integers(1, 5),
    st.sampled_from([math.inf, 3.0]),
)
def test_every_request_has_one_end(
    load: Load, limits: Limits, duration_s: float, init_s: float, attempts: int, patience_s: float
):
    """Sent = answered + timed out + given up + refused; every admission is released or ended; limits hold."""
    durations = Durations.lognormal({0.5: duration_s, 0.99: 3 * duration_s})
    outcome = simulate(
        load, limits, durations, Durations.constant(init_s), retries=Retries(attempts), client_timeout_s=patience_s
    )
    ends = outcome.answered + outcome.timed_out + outcome.given_up + sum(outcome.refused.values())
    assert outcome.sent == ends
    assert outcome.in_flight_left == 0
    assert outcome.peak_in_flight <= limits.concurrency
    assert outcome.tries == outcome.sent + sum(outcome.throttles.values()) - sum(outcome.refused.values())
    assert sum(s.answered for s in outcome.seconds) == outcome.answered


@pytest.mark.parametrize("load", [Rate(200, 5, poisson=True), Burst(500), Clients(20, 500)])
def test_the_seed_decides_everything(load: Load):
    """The same seed gives the same run to the last digit, another seed another one."""
    durations, inits = Durations.lognormal({0.5: 0.05, 0.99: 0.4}), Durations.lognormal({0.5: 0.3, 0.99: 0.9})

    def run(seed: int) -> list[float]:
        outcome = simulate(load, Limits(10), durations, inits, retries=Retries(3), seed=seed)
        return [*outcome.latencies_s.tolist(), outcome.elapsed_s]

    assert run(1) == run(1) != run(2)


@pytest.mark.parametrize(("rate", "servers"), [(50.0, 5), (100.0, 10), (190.0, 20)])
@pytest.mark.parametrize("constant", [True, False], ids=["M/D/c/c", "M/G/c/c"])
def test_losses_are_erlangs(rate: float, servers: int, constant: bool):
    """Without a queue, a Poisson load loses the share that Erlang's formula gives, whatever the distribution."""
    durations = Durations.constant(0.1) if constant else Durations.lognormal({0.5: 0.08, 0.9: 0.2})
    outcome = simulate(
        Rate(rate, 40_000 / rate, poisson=True), NO_RATE._replace(account_concurrency=servers), durations, NONE
    )
    expected = erlang_b(rate * durations.mean, servers)
    assert 1 - outcome.success == pytest.approx(expected, abs=0.012)


def test_littles_law():
    """Clients that never wait but for answers: throughput = clients / (duration + thinking + network)."""
    outcome = simulate(Clients(8, 8_000, 0.05), NO_RATE, Durations.constant(0.1), NONE, network_s=0.01)
    assert outcome.answered_per_s == pytest.approx(8 / 0.16, rel=0.01)


def test_an_evenly_spaced_load_needs_rate_times_duration():
    """D/D/c: 100 requests a second of 95 ms keep ten environments, and none more."""
    outcome = simulate(Rate(100, 20), Limits(10), Durations.constant(0.095), NONE)
    assert (outcome.success, outcome.peak_environments) == (1.0, 10)


def test_the_ten_times_rule_is_the_ceiling_of_short_functions():
    """1 ms requests at 150 a second on a concurrency of 10: a hundred a second are answered."""
    outcome = simulate(Rate(150, 20), Limits(10), Durations.constant(0.001), NONE)
    assert outcome.answered_per_s == pytest.approx(100, rel=0.03)
    assert set(outcome.refused) == {"FunctionInvocationRateLimitExceeded"}


def test_scale_out_is_the_ceiling_of_a_jump():
    """3,000 requests at once that last 20 s, on plenty of concurrency: a thousand start."""
    outcome = simulate(Burst(3_000), Limits(10_000), Durations.constant(20.0), NONE)
    assert (outcome.answered, outcome.refused) == (1_000, {"CallerRateLimitExceeded": 2_000})


def test_a_burst_is_answered_as_far_as_there_are_environments():
    """Without retries a burst on a concurrency of 10 has ten answers; with patient ones all are answered."""
    once = simulate(Burst(500), Limits(10), Durations.constant(0.01), Durations.constant(0.2))
    again = simulate(
        Burst(500), Limits(10), Durations.constant(0.01), Durations.constant(0.2), retries=Retries(50, 1.0, 20.0)
    )
    assert (once.answered, again.answered) == (10, 500)


def test_init_is_paid_once_by_each_environment():
    """The first request of an environment waits for INIT, later ones do not."""
    outcome = simulate(Clients(2, 10), Limits(), Durations.constant(0.5), Durations.constant(3.0))
    assert sorted(set(outcome.latencies_s.round(6))) == [0.5, 3.5]
    assert outcome.cold_starts == 2


def test_an_init_that_overruns_runs_again_inside_the_invocation():
    """INIT of 12 s: ten seconds are lost, then it counts against the function's timeout."""
    slow = simulate(Burst(1), Limits(timeout_s=15), Durations.constant(1.0), Durations.constant(12.0))
    dead = simulate(Burst(1), Limits(timeout_s=12.5), Durations.constant(1.0), Durations.constant(12.0))
    assert slow.latencies_s.tolist() == [23.0]
    assert (dead.timed_out, dead.elapsed_s, dead.environments_left) == (1, 22.5, 0)


def test_a_timeout_ends_the_environment():
    """Whoever comes after a timeout gets a fresh environment."""
    outcome = simulate(Clients(1, 3), Limits(timeout_s=2), Durations.constant(5.0), Durations.constant(1.0))
    assert (outcome.timed_out, outcome.cold_starts, outcome.elapsed_s) == (3, 3, 9.0)


def test_provisioned_environments_have_no_cold_start():
    """Requests within the provisioned concurrency find it warm."""
    outcome = simulate(
        Burst(10), Limits(20, provisioned_concurrency=10), Durations.constant(0.1), Durations.constant(5.0)
    )
    assert (outcome.cold_starts, outcome.latency_s(1.0)) == (0, pytest.approx(0.1))


def test_idle_environments_end():
    """Requests further apart than an environment lives are all cold."""
    outcome = simulate(Rate(0.1, 100), Limits(idle_s=5), Durations.constant(0.1), Durations.constant(1.0))
    assert (outcome.answered, outcome.cold_starts) == (10, 10)


def test_measured_samples_come_back():
    """A simulation fed with samples has their quantiles."""
    samples = [0.010, 0.011, 0.012, 0.020, 0.050]
    outcome = simulate(Rate(100, 100), Limits(), Durations.of(samples), NONE)
    assert set(outcome.latencies_s.round(9)) == set(samples)
    assert outcome.latency_s(0.5) == pytest.approx(0.012)
