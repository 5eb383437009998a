"""The simulator's tables of the report."""

import pytest

from loadtest import beside
from loadtest.rows import Row
from loadtest.summary import Step

ROWS = [
    Row(n / 100, 0, 2, "predict", "answered", "", "warm", 0, True, 1.5, 100.0 if n == 0 else None) for n in range(9)
]


def step(limit: int | None) -> Step:
    throttles = {"ReservedFunctionInvocationRateLimitExceeded": 900}
    kinds = {"answered": 100, "throttled": 900}
    return Step(limit, 10.0, 1000, 100, 2.0, 2.0, 2.0, kinds, throttles, {}, 1, 99, 1.0, 0.1, 0.1)


def test_a_step_is_simulated_at_its_own_rate_and_limit():
    """At 100 a second and a concurrency of 1 the 10x rule lets a hundred of the thousand through."""
    (row,) = beside.of_steps([step(1)], ROWS).rows
    assert row[0] == "1"
    measured, simulated = float(row[1]), float(row[2])
    assert simulated == pytest.approx(measured, rel=0.02)
    assert int(row[6]) == pytest.approx(900, rel=0.02)


def test_what_has_no_limit_or_no_durations_is_not_simulated():
    """A target that tells neither leaves the table empty, which the report leaves out."""
    assert beside.of_steps([step(None)], ROWS).rows == []
    assert beside.of_steps([step(1)], [row._replace(duration_ms=None) for row in ROWS]).rows == []


def test_the_originals_rows_stand_above_the_guesses():
    """As they were published, then what may explain them, each with as many cells as the head."""
    table = beside.of_original()
    assert table.rows[0] == ["measured", "938", "36.6", "7,110", "55.3", ""]
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert any(row[0].startswith("Undertone") for row in table.rows)
