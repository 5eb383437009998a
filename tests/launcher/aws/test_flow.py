"""launcher/flow.py on AWS: the same life of a run as on this machine, with what it cost, and nothing left."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import flow
from launcher.engines.aws import AwsEngine
from launcher.engines.protocol import Job, State
from launcher.errors import MoneyError, StorageError
from launcher.flow import Choice, Followed, Result
from launcher.rehearsal.world import World
from tests.launcher.aws.test_life import SLOW, of_run

Go = Callable[..., tuple[Result, list[str]]]


class Told(list[str]):
    def __call__(self, line: str) -> None:
        self.append(line)

    def now(self, text: str) -> None:
        """Passing lines are not kept."""


@pytest.fixture
def go(engine: AwsEngine, make_job: Callable[..., Job], tmp_path: Path) -> Go:
    """A function: a script and options to the result of its whole life and what was told."""

    def start(*script: str, line: Callable[[str], None] | None = None, **more: object) -> tuple[Result, list[str]]:
        job = make_job("20260301-120000-flow", *script, **more)
        told = Told()
        followed = Followed(told, line or told, lambda _: Choice.DESTROY, sleep=lambda _: None)
        return flow.run(job.options, engine, followed, {"LAUNCHER_STATE": str(tmp_path / "state")}), told

    return start


def test_a_run_on_aws_comes_home_and_leaves_nothing(world: World, go: Go, tmp_path: Path):
    """Started, followed, fetched, paid and destroyed by one call; the cost is the receipt's, and is told later."""
    result, told = go()
    assert (result.state, result.exit_code, result.files) == (State.SUCCEEDED, 0, ("façade 1.txt",))
    assert (Path(result.results) / "façade 1.txt").read_text() == "A LINE\n"
    assert result.cost is not None
    assert result.cost > 0
    assert "made upper case" in told
    assert of_run(world, result.run_id) == []
    _told_by_its_record(result, tmp_path)


def _told_by_its_record(result: Result, tmp_path: Path) -> None:
    """A run that is gone: how it ended, its attempts and its cost; AWS is not asked, nor can be."""
    done = launched(tmp_path, "status", result.run_id, "--json")
    assert done.returncode == 0, done.stderr
    status = json.loads(done.stdout)
    assert (status["state"], status["attempts"][0]["exit_code"]) == ("succeeded", 0)
    (row,) = json.loads(launched(tmp_path, "list", "--json").stdout)
    assert (row["state"], row["place"]) == ("succeeded", "eu-west-1")
    assert row["ended"]["cost"] == result.cost
    told = launched(tmp_path, "list").stdout
    assert "its script ended well" in told
    assert "$" in told


def launched(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAUNCHER_"))
    } | {"LAUNCHER_STATE": str(tmp_path / "state")}  # fmt: skip
    command = [sys.executable, "-m", "launcher", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_a_run_that_may_not_begin_is_not_noted(go: Go, tmp_path: Path):
    """Refused for its price: it is in no list, as it never was."""
    with pytest.raises(MoneyError):
        go(vcpus=8, max_cost=0.01)
    assert launched(tmp_path, "list").stdout == "No runs.\n"


def test_without_credentials_nothing_is_begun(make_job: Callable[..., Job], tmp_path: Path):
    """One line, before a project is checked, and no run in the list."""
    project = make_job("20260301-120000-none").options.project
    done = launched(tmp_path, "run", project, "-i", project, "-o", str(tmp_path / "o"), "--engine", "aws",
                    "--region", "eu-west-1")  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("launcher: sts.get_caller_identity: NoCredentials: ")
    assert launched(tmp_path, "list").stdout == "No runs.\n"


def test_ctrl_c_on_aws_destroys_and_keeps_what_was_made(world: World, go: Go):
    """At Ctrl-C the script ends in good order, its partial results come home, and nothing is left."""

    def line(text: str) -> None:
        if text == "waiting for a signal":
            raise KeyboardInterrupt

    result, _ = go(SLOW, line=line)
    assert result.state is not State.SUCCEEDED
    assert (result.partial, result.files) == (True, ("begun.txt", "stopped.txt"))
    assert of_run(world, result.run_id) == []


def test_results_that_cannot_come_home_are_not_destroyed(world: World, go: Go, engine: AwsEngine, tmp_path: Path):
    """What was paid for stays in storage where the folder at home cannot be written; then it is fetched."""
    (tmp_path / "file").write_text("")
    told: list[str] = []

    def line(text: str) -> None:
        told.extend([text, *(run.name for run in (tmp_path / "state/runs").iterdir())])
        (tmp_path / "results 20260301-120000-flow").touch()  # a file, where the folder should come

    with pytest.raises(StorageError):
        go(line=line)
    run_id = next(one for one in told if one.startswith("20"))
    assert engine.fetch(run_id, str(tmp_path / "elsewhere")) == ("façade 1.txt",)
    engine.destroy(run_id, lambda _: None)
    assert of_run(world, run_id) == []
