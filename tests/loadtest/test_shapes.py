"""Loads over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.shapes import NAMES, Plan, backoff_s, broken, due_s, limit_at, users_at


@given(st.floats(0.1, 1e6), st.sampled_from(NAMES))
def test_users_and_their_beat_make_the_rate(rate: float, shape: str):
    """However many users there are, together they send what was asked for."""
    plan = Plan(shape, rate_per_s=rate)
    assert plan.users * plan.per_user_per_s == pytest.approx(rate)


def test_steps_put_each_limit_in_force_for_its_time_then_end():
    """In the order given, one after the other, at the same rate."""
    plan = Plan("steps", rate_per_s=50, seconds=3, limits=(1, 2, 8))
    assert [limit_at(plan, s) for s in range(9)] == [1, 1, 1, 2, 2, 2, 8, 8, 8]
    assert [users_at(plan, s) for s in (0, 8.9, 9)] == [50, 50, None]


def test_a_ramp_rises_to_its_rate():
    """Each second more users, all of them at the end."""
    plan = Plan("ramp", rate_per_s=10, seconds=5)
    assert [users_at(plan, s) for s in range(6)] == [2, 4, 6, 8, 10, None]


def test_a_burst_is_all_at_once():
    """As many users as requests, from the start."""
    assert users_at(Plan("burst", burst=1000), 0) == 1000


def test_other_shapes_change_no_limit():
    """Only steps do."""
    assert [limit_at(Plan(shape), 0) for shape in NAMES] == [None, 1, None, None]


def test_a_ramp_breaks_when_most_fail():
    """Not on a few, and not while half are answered."""
    assert not broken([False] * 49)
    assert not broken([True, False] * 50)
    assert broken([True, False, False] * 50)


@given(st.integers(1, 12), st.floats(0, 5), st.floats(0, 1))
def test_a_retry_never_comes_before_it_may(attempt: int, after: float, chance: float):
    """Retry-After is kept, and the wait on top of it is bounded."""
    assert after <= backoff_s(attempt, after, chance) <= after + 10.0


@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_a_beat_is_fixed_from_the_start(index: int, per_s: float):
    """A request is due by its number, whatever happened to those before it."""
    assert due_s(10.0, index, per_s) == pytest.approx(10.0 + index / per_s)
