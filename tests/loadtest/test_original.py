"""The explanation of the original's two rows."""

from pathlib import Path

import pytest

from loadtest.original import FIT, GUESSES, ROWS, UNDERTONE, Guess, error, line, outcomes, report


def test_a_line_through_both_rows():
    """938 / 36.6 s and 7,110 / 55.3 s: each further answer took 16.7 ms."""
    start_s, per_s = line()
    for row in ROWS:
        assert start_s + row.answered / per_s == pytest.approx(row.answered / row.per_s)
    assert (start_s, per_s) == (pytest.approx(10, abs=0.1), pytest.approx(60, abs=0.1))


def test_the_fit_gives_all_four_numbers():
    """A concurrency of 10 at 160 ms comes within a twentieth of each, whatever the seed."""
    assert max(error(outcomes(FIT, seed)) for seed in range(3)) < 0.05


@pytest.mark.parametrize("guess", GUESSES[2:], ids=lambda guess: guess.name)
def test_other_guesses_are_ruled_out(guess: Guess):
    """Every guess but the fit and its neighbour misses one of the numbers by more than a tenth."""
    assert error(outcomes(guess)) > 0.1


def test_this_service_under_the_same_limits():
    """On the same ten environments the rate is no longer theirs to decide, and nearly all is answered."""
    for was, row in zip(outcomes(UNDERTONE[0]), ROWS, strict=True):
        assert was.answered > row.answered
        assert was.answered_per_s <= 100 * 1.02
    assert all(was.success == 1.0 for was in outcomes(UNDERTONE[1]))


def test_the_page_shows_what_the_command_prints():
    """The table in docs/loadtest.md is that of today's rules and figures."""
    page = (Path(__file__).parents[2] / "docs/loadtest.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in report() if row.startswith("|") and row not in page] == []
