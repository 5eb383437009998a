"""`sweep` and `quote` as a person gives them: what they say, and what they exit with."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.aws.door import Aws
from launcher.names import RunNames
from tests.launcher.cloud.scenery import REGION, RUN, make_run, make_stack, remains

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    given = {
        "AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "a",
        "AWS_DEFAULT_REGION": REGION,
        "LAUNCHER_STATE": str(tmp_path / "state"), "LAUNCHER_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "launcher", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return call


def test_sweep_removes_and_proves(aws: Aws, url: str, run: Run):
    """0 when nothing is left; the receipt on standard output."""
    make_run(aws)
    done = run("sweep", RUN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Teardown receipt, account 123456789012, eu-west-1, ")
    assert "Nothing is left; " in done.stdout
    assert remains(url) == set()


def test_sweep_by_dry_run_exits_with_1(aws: Aws, url: str, run: Run):
    """Something is there: it is listed as JSON, and stays."""
    make_stack(aws, RunNames(RUN))
    before = remains(url)
    done = run("sweep", RUN, "--dry-run", "--json")
    assert done.returncode == 1
    assert not json.loads(done.stdout)["clean"]
    assert remains(url) == before


@pytest.mark.parametrize("arguments", [("sweep", "--keep", "everything"), ("sweep", "not-a-run")])
def test_what_is_wrong_is_one_line_and_its_fix(run: Run, arguments: tuple[str, ...]):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("launcher: ")


def test_a_quote_needs_no_account(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Low, likely and high, in order; spot costs no more than on demand, and more time costs more."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    project, data = tmp_path / "projet é", tmp_path / "data.csv"
    project.mkdir()
    (project / "main.py").write_text("import argparse\n")
    data.write_text("1\n")

    def quoted(*more: str) -> dict[str, float]:
        done = run("quote", str(project), "-i", str(data), "--vcpus", "8", "--memory-gb", "32", "--json", *more)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    on_demand, spot, longer = (
        quoted("--minutes", "30"), quoted("--minutes", "30", "--spot"), quoted("--minutes", "50")
    )  # fmt: skip
    assert 0 < on_demand["low"] <= on_demand["likely"] <= on_demand["high"]
    assert spot["likely"] < on_demand["likely"] < longer["likely"]
