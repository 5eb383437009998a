"""The simulator's command line."""

import csv
import json
from pathlib import Path

import pytest

from loadtest.simulate import main

BURST = ["--burst", "50", "--account-concurrency", "10", "--duration-ms", "5", "--init-ms", "100"]


def test_a_burst_in_json(capsys: pytest.CaptureFixture[str]):
    """Ten of fifty are answered on a concurrency of ten, the others are refused for it."""
    assert main([*BURST, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["sent"], said["answered"], said["cold_starts"]) == (50, 10, 10)
    assert said["refused"] == {"ConcurrentInvocationLimitExceeded": 40}
    assert said["latency_ms"]["p50"] == pytest.approx(105)


def test_nothing_answered(capsys: pytest.CaptureFixture[str]):
    """A concurrency of 0 refuses all, and there is no latency to tell."""
    assert main(["--burst", "5", "--reserved-concurrency", "0", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["latency_ms"] == {"p50": None, "p95": None, "p99": None, "max": None}
    assert said["refused"] == {"ReservedFunctionConcurrentInvocationLimitExceeded": 5}


def test_tables_and_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A table for people, a row per second for a file, the speed beside both."""
    file = tmp_path / "seconds.csv"
    assert main(["--rate", "50", "--seconds", "30", "--poisson", "--csv", str(file)]) == 0
    told = capsys.readouterr()
    assert "cold starts" in told.out
    assert "events in" in told.err
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) >= 30
    assert sum(int(row["answered"]) for row in rows) > 1_000


def test_clients(capsys: pytest.CaptureFixture[str]):
    """Clients send as many requests as they are told, all together."""
    assert main(["--clients", "4", "--requests", "100", "--think-ms", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answered"] == 100


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "one of the arguments"),
        (["--rate", "0"], "above 0, found '0'"),
        (["--burst", "-4"], "'-4'"),
        (["--burst", "ten"], "from 1, found 'ten'"),
        (["--burst", "1", "--duration-ms", "soon"], "'soon' is no number"),
        (["--burst", "1", "--network-ms", "nan"], "from 0, found 'nan'"),
        (["--burst", "1", "--account-concurrency", "-1"], "account_concurrency is -1"),
        (["--burst", "1", "--clients", "2"], "not allowed with"),
    ],
)
def test_a_wrong_command_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]):
    """One line says what is wrong; exit code 2."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
