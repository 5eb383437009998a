"""When requests come, and when clients try again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.arrivals import Burst, Clients, Rate, Retries

RNG = np.random.default_rng


def test_a_constant_rate_is_even():
    """Ten a second for a second: every tenth of it."""
    assert list(Rate(10, 1).times(RNG(0))) == [n / 10 for n in range(10)]


@given(st.floats(1, 500), st.floats(1, 50), st.integers(0, 1000))
def test_random_arrivals_ascend_within_their_time(rate: float, seconds: float, seed: int):
    """Poisson arrivals come in order and end in time."""
    times = list(Rate(rate, seconds, poisson=True).times(RNG(seed)))
    assert times == sorted(times)
    assert all(0 <= t < seconds for t in times)


def test_random_arrivals_are_poisson():
    """Counts per second have the rate as mean and as variance, across chunks of draws."""
    times = np.fromiter(Rate(100, 2_000, poisson=True).times(RNG(3)), float)
    counts = np.bincount(times.astype(int))
    assert counts.mean() == pytest.approx(100, rel=0.01)
    assert counts.var() == pytest.approx(100, rel=0.1)


def test_a_burst_comes_at_once_or_is_spread():
    """All at 0, or evenly over the given time."""
    assert list(Burst(3).times(RNG(0))) == [0.0, 0.0, 0.0]
    assert list(Burst(4, 2.0).times(RNG(0))) == [0.0, 0.5, 1.0, 1.5]


def test_no_more_clients_than_requests():
    """Clients begin together; one without a request does not begin."""
    assert list(Clients(5, 3).times(RNG(0))) == [0.0, 0.0, 0.0]


@given(st.integers(1, 2_000), st.floats(0, 1))
def test_back_off_is_capped(attempt: int, draw: float):
    """A wait is never above the cap, nor above base * 2 ** (attempt - 1)."""
    wait_s = Retries(5, base_s=0.5, cap_s=20).wait_s(attempt, draw)
    assert 0 <= wait_s <= min(20, 0.5 * 2 ** min(attempt - 1, 60))
