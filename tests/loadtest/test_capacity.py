"""Closed forms of concurrency, against sums written out and each other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.arrivals import Rate
from loadtest.capacity import environments, erlang_b, rate_concurrency
from loadtest.rules import Concurrency, Limits, Throttle


@given(st.floats(0.1, 60), st.integers(1, 80))
def test_erlangs_formula(load: float, servers: int):
    """The recursion equals the textbook's fraction a^c/c! over the sum of a^n/n!."""
    terms = [load**n / math.factorial(n) for n in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms))


@given(st.floats(0.1, 500), st.sampled_from([0.05, 0.01, 0.001]))
def test_the_fewest_environments(load: float, loss: float):
    """One environment fewer would lose too much."""
    count = environments(load, loss)
    assert erlang_b(load, count) <= loss < erlang_b(load, count - 1)


@pytest.mark.parametrize("rate", [30.0, 95.0, 105.0])
def test_the_ten_times_rule_is_a_loss_system(rate: float):
    """The rules themselves, at a Poisson rate on a concurrency of 10, refuse the share that Erlang's formula gives."""
    rules, sent, refused = Concurrency(Limits(10)), 0, 0
    for now in Rate(rate, 2_000, poisson=True).times(np.random.default_rng(5)):
        admission, sent = rules.admit(now), sent + 1
        if isinstance(admission, Throttle):
            refused += 1
        else:
            rules.release(admission.environment, now)
    assert refused / sent == pytest.approx(erlang_b(rate, 100), abs=0.006)


@given(st.floats(0.5, 2_000), st.sampled_from([0.01, 0.001]))
def test_the_least_concurrency_for_a_rate(rate: float, loss: float):
    """Its 10x rule lets enough through, one unit less does not."""
    least = rate_concurrency(rate, loss)
    assert erlang_b(rate, 10 * least) <= loss
    assert least == 1 or erlang_b(rate, 10 * (least - 1)) > loss
