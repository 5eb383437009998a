"""Commands that print end without a word when nobody reads on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["loadtest.original"],
        ["loadtest.plan", "--rps", "10", "--p99-ms", "50"],
        ["loadtest.simulate", "--rate", "10", "--seconds", "1", "--json"],
    ],
)
def test_a_reader_that_has_gone_is_no_fault(arguments: list[str]):
    """As behind `| head`: exit code 0, and no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writing)
    assert (done.returncode, b"Traceback" in done.stderr, b"BrokenPipe" in done.stderr) == (0, False, False)
