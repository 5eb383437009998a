"""Measuring the service anew."""

from pathlib import Path

import pytest

from loadtest import measure, measured


def test_what_it_writes_is_what_the_simulator_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Times of a real local Lambda, in seconds once read; INIT takes longer than a call."""
    out = tmp_path / "measured.json"
    assert measure.main(["--invocations", "20", "--cold-starts", "2", "--out", str(out)]) == 0
    found = measured.load(out)
    assert 0 < found.durations.mean < found.inits.mean < 10
    assert found.memory_mb >= 10
    assert capsys.readouterr().out.startswith(f"{out}: ")
