"""The measurement of the operational database under analysts: every part runs for real, on a small scale."""

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.postgres import programs
from workbench.oltp import analysts, measure

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (Debian: postgresql)")


def test_every_condition_is_measured():
    """Transactions in each, answers to analysts in two, none lost; loading again changes nothing."""
    command = [sys.executable, "-m", "workbench.oltp", "--rows", "3000", "--analysts", "3", "--seconds", "1",
               "--rounds", "1", "--rate", "20", "--json"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["name"] for one in found["conditions"]] == list(measure.CONDITIONS)
    alone, *others = found["conditions"]
    assert (alone["answered"], alone["moved_bytes"]) == (0, 0)
    for one in (alone, *others):
        assert one["transactions"] > 0
        assert 0 < one["p50_ms"] <= one["p99_ms"] <= one["max_ms"]
    for one in others:
        assert one["answered"] > 0
        assert one["moved_bytes"] > 0
        assert one["unfinished"] <= 3
        assert one["not_answered"] == 0
    assert (found["filled"]["rows"], found["filled"]["replay_changed"]) == (3000, 0)


def test_primary_and_replica_have_processors_of_their_own():
    """Where there are two or more, as on two machines."""
    from workbench.oltp.__main__ import halves

    assert halves([0, 1, 2, 3]) == ([0, 1], [2, 3])
    assert halves([0, 1, 2]) == ([0], [1, 2])
    assert halves([5]) == ([5], [5])
    assert os.sched_getaffinity(0)


def test_quantiles_are_ranks():
    """The smallest value that at least this part is not above; as the example says."""
    values = list(range(1000, 0, -1))
    assert [measure.quantile(values, q) for q in (0.001, 0.5, 0.99, 1.0)] == [1, 500, 990, 1000]
    assert doctest.testmod(measure).failed == 0


def test_an_answer_after_the_measurement_is_none_of_it():
    """Else a short measurement would tell as many answers as a long one, where questions take longer than both."""
    late = analysts.counted("features", 618_371, in_time=False)
    assert late == {"unfinished": 1}
    condition = measure._condition("x", [measure.Round([1_000], {"counts": 2, "bytes": 9, **late}, 0.0)])
    assert (condition.answered, condition.unfinished, condition.moved_bytes) == (2, 1, 9)
    assert doctest.testmod(analysts).attempted > 0
