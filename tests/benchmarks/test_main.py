"""The program as `make bench` calls it, on its cheapest sections, with real servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import columns, process
from benchmarks.contestants import OURS, OURS_GRANIAN, ROOT, Server
from benchmarks.plan import QUICK


@pytest.fixture(scope="module")
def page(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a quick run of two sections wrote, without the original, which takes long to start."""
    out = tmp_path_factory.mktemp("bench") / "out.md"
    command = (
        sys.executable,
        "-m",
        "benchmarks",
        "--quick",
        "--only",
        "text",
        "--only",
        "flood",
        "--without",
        "Original",
    )
    env = {**os.environ, "UNDERTONE_ARTIFACTS": str(shipped)}
    done = subprocess.run((*command, "--out", out), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out.read_text()


@pytest.mark.parametrize("table", [columns.side_by_side, columns.per_text, columns.flood], ids=lambda t: t.__name__)
def test_a_run_writes_every_column(page: str, table: object) -> None:
    """A table has its columns also where nothing was measured."""
    for column in table(QUICK).columns:  # type: ignore[operator]
        assert f" {column.heading} |" in page


@pytest.mark.parametrize("name", [OURS, OURS_GRANIAN])
def test_our_servers_took_part_in_the_flood(page: str, name: str) -> None:
    """A quick flood is small enough to be answered whole."""
    section = page.partition("## A flood")[2].partition("\n## ")[0]
    row = next(line for line in section.splitlines() if name in line)
    assert [cell.strip() for cell in row.split("|")][2] == "100"


def test_no_place_of_the_machine_is_told(page: str) -> None:
    """The page is published: it says what the machine is, not where things lie on it."""
    assert ROOT not in page
    assert "/tmp" not in page  # noqa: S108


def test_without_an_artifact_there_is_nothing_to_measure(tmp_path: Path) -> None:
    """It says what is missing and starts nothing."""
    env = {**os.environ, "UNDERTONE_ARTIFACTS": str(tmp_path)}
    done = subprocess.run((sys.executable, "-m", "benchmarks"), cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"no artifact to serve" in done.stderr


def test_a_server_ends_with_its_children() -> None:
    """Also those that ignore being asked."""
    stubborn = (
        "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork(); print(flush=True); time.sleep(60)"
    )
    running = process.start((sys.executable, "-c", stubborn), {}, subprocess.PIPE, subprocess.DEVNULL)
    assert running.stdout
    with running.stdout as lines:
        assert lines.readline()
        assert lines.readline()
        assert len(process.session(running.pid)) == 2
        process.stop(running)
    assert process.session(running.pid) == []


def test_a_server_that_does_not_start_says_why() -> None:
    """With the last it wrote, and nothing is left running."""
    broken = Server("Broken", lambda _port: (sys.executable, "-c", "raise SystemExit('no such model')"))
    with pytest.raises(process.StartError, match=r"Broken .*: no such model"), process.serving(broken):
        pass
