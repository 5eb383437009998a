"""Durations from quantiles and from samples."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.durations import Durations, DurationsError


def drawn(durations: Durations, count: int = 40_000) -> np.ndarray:
    draws = durations.draws(np.random.default_rng(7))
    return np.array([next(draws) for _ in range(count)])


@given(st.floats(1e-4, 10), st.floats(1.0, 30))
def test_a_lognormal_has_the_quantiles_it_was_given(median_s: float, spread: float):
    """Two quantiles are met exactly."""
    durations = Durations.lognormal({0.5: median_s, 0.99: median_s * spread})
    assert durations.quantile(0.5) == pytest.approx(median_s)
    assert durations.quantile(0.99) == pytest.approx(median_s * spread)


def test_draws_have_the_quantiles_and_the_mean():
    """What is drawn agrees with what is said about it."""
    durations = Durations.read("p50=10,p99=40")
    found = drawn(durations)
    assert np.quantile(found, [0.5, 0.99]) == pytest.approx([0.010, 0.040], rel=0.04)
    assert found.mean() == pytest.approx(durations.mean, rel=0.02)


def test_samples_of_a_column(tmp_path: Path):
    """The named column of a CSV file, in milliseconds; empty cells are left out."""
    file = tmp_path / "rows.csv"
    file.write_text("kind,duration_ms\nwarm,2\nwarm,4\nthrottle,\nwarm,9\n")
    durations = Durations.read(f"{file}:duration_ms")
    assert durations == Durations.of([0.002, 0.004, 0.009])
    assert set(drawn(durations, 100)) == {0.002, 0.004, 0.009}


def test_longer_and_later():
    """Scaled durations have scaled quantiles; later ones are shifted."""
    for durations in (Durations.read("p50=10,p99=40"), Durations.of([0.01, 0.04])):
        changed = durations.scaled(2).later(0.5)
        assert changed.quantile(0.5) == pytest.approx(2 * durations.quantile(0.5) + 0.5)
        assert changed.mean == pytest.approx(2 * durations.mean + 0.5)
        assert drawn(changed).mean() == pytest.approx(changed.mean, rel=0.01)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("soon", "'soon' is no number"),
        ("p50=1", "two quantiles"),
        ("p50=1,p99=-2", "above 0"),
        ("p50=4,p99=2", "longer durations"),
        ("q=1,p99=2", "'q' is no quantile"),
        ("-3", "0 or more"),
        ("nan", "0 or more"),
    ],
)
def test_what_cannot_be_read(text: str, says: str):
    """A wrong description is an error that says what is expected."""
    with pytest.raises(DurationsError, match=says):
        Durations.read(text)


def test_a_file_that_cannot_be_used(tmp_path: Path):
    """A column that is not there, a cell that is no number and an empty column are named."""
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,x\n")
    with pytest.raises(DurationsError, match=r"no column 'c'; it has a, b"):
        Durations.read(f"{file}:c")
    with pytest.raises(DurationsError, match=r"line 2: 'x'"):
        Durations.read(f"{file}:b")
    file.write_text("a\n")
    with pytest.raises(DurationsError, match="need samples"):
        Durations.read(str(file))
