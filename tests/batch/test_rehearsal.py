"""The whole on this machine: the command itself, with everything that goes wrong in it."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from batch.rehearsal import faults, table
from batch.rehearsal.inputs import write
from batch.rehearsal.table import Line
from store.throwaway import programs

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", [faults, table])
def test_examples(module: object):
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [(), pytest.param(("--postgres",), marks=pytest.mark.rehearsal)], ids=str)
def test_a_whole_run_comes_out_as_it_must(place: tuple[str, ...]):
    """SIGTERM, kill -9 in a transaction, throttling, S3 away, a bug, equal files: no row is lost or doubled."""
    if place and not programs():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    command = [sys.executable, "-m", "batch", "rehearse", "--rows", "200", "--engines", "none", *place]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DIFFERS" not in done.stdout
    for told in ("143 lost, killed lost; on demand: 0", "spot: 75, 0", "2; moved: 0", "machines lost"):
        assert told in done.stdout


def test_a_rehearsal_has_one_database():
    """Not one that is there and one that is thrown away."""
    command = [sys.executable, "-m", "batch", "rehearse", "--store", "a.db", "--postgres"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "batch: give --store or --postgres, not both\n")


def test_a_difference_is_told():
    """The table can fail."""
    assert not Line("rows", "10", "9").agrees
    assert Line("rows", "10", "10").agrees


def test_the_generated_input_is_what_it_says(tmp_path: Path):
    """Rows, broken ones and distinct ones, counted again from the files."""
    expected = write(tmp_path, 400)
    lines = [line for path in tmp_path.glob("[ad].jsonl") for line in path.read_text().splitlines()]
    others = [line for path in tmp_path.glob("*.csv") for line in path.read_text().splitlines()[1:]]
    assert len(lines) + len(others) == expected.rows
    assert sum(not line.endswith("}") for line in lines) == expected.rejected
    reviews = {line for line in lines if line.endswith("}")}
    shared = {line.split('"')[3] for line in reviews} & {line.split(",")[0] for line in others}
    assert len(reviews) + len(others) - len(shared) == expected.distinct
    assert (tmp_path / "e-is-a-again.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()
