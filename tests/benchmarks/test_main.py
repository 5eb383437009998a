"""The program as `make bench` calls it, on its cheapest sections, with real servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import columns, process, text_columns
from benchmarks import contestants as c
from benchmarks.place import prepared
from benchmarks.plan import QUICK
from benchmarks.stages import STAGES

TABLES = (
    columns.side_by_side, columns.flood,
    text_columns.per_text, text_columns.rules, text_columns.stages, text_columns.options, text_columns.drift,
)  # fmt: skip


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
    done = subprocess.run((*command, "--out", out), cwd=c.ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out.read_text()


def _rows(page: str, title: str) -> dict[str, list[str]]:
    """The cells of each row of one section's table, by its first."""
    section = page.partition(f"\n## {title}")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line[:2] == "| "]
    return {first: rest for first, *rest in cells[1:]}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)
def test_a_run_writes_every_column(page: str, table: object) -> None:
    """A table has its columns also where nothing was measured."""
    for column in table(QUICK).columns:  # type: ignore[operator]
        assert f" {column.heading} |" in page


@pytest.mark.parametrize("name", [c.OURS, c.OURS_GRANIAN])
def test_our_servers_took_part_in_the_flood(page: str, name: str) -> None:
    """A quick flood is small enough to be answered whole."""
    assert _rows(page, "A flood")[name][0] == "100"


def test_both_token_rules_are_measured_whichever_is_shipped(page: str) -> None:
    """The pair of the tests has rule 1; the other is measured on a stand-in, and the page says so."""
    rows = _rows(page, "Both token rules")
    assert list(rows) == [c.RULE_1, c.RULE_2]
    assert [cells[-1] for cells in rows.values()] == ["the shipped one", "a stand-in"]
    assert all("-" not in cells for cells in rows.values())
    budgets = {name: cells for name, cells in _rows(page, "Budgets").items() if name.startswith("classifier, one text")}
    assert [cells[0] for cells in budgets.values()] == ["≤ 25 µs", "≤ 60 µs"]
    assert [cells[1].removesuffix(" µs") for cells in budgets.values()] == [cells[0] for cells in rows.values()]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Rule 2 by stage", [*STAGES, c.STAGES_SUM, c.WHOLE]),
        ("What a request may ask for", [c.LABEL, c.TARGET, c.EXPLAIN, c.SENTENCES]),
        ("Drift", [c.DRIFT.name]),
    ],
)
def test_every_row_is_measured(page: str, title: str, names: list[str]) -> None:
    """In its order, without a dash."""
    rows = _rows(page, title)
    assert list(rows) == names
    assert all("-" not in cells for cells in rows.values())


def test_who_is_left_out_takes_no_part() -> None:
    """`--without` looks at every name, in whatever part of a section it stands."""
    with prepared(["Original", "Rule 1", "explain", "drift"]) as place:
        assert [one.name for one in place.rules] == [c.RULE_2]
        assert [one.name for one in place.options] == [c.LABEL, c.TARGET, c.SENTENCES]
        assert not place.drift
        assert len(place.stages) == 1


def test_no_place_of_the_machine_is_told(page: str) -> None:
    """The page is published: it says what the machine is, not where things lie on it."""
    assert c.ROOT not in page
    assert "/tmp" not in page  # noqa: S108


def test_without_an_artifact_there_is_nothing_to_measure(tmp_path: Path) -> None:
    """It says what is missing and starts nothing."""
    env = {**os.environ, "UNDERTONE_ARTIFACTS": str(tmp_path)}
    done = subprocess.run((sys.executable, "-m", "benchmarks"), cwd=c.ROOT, env=env, capture_output=True, check=False)
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
    broken = c.Server("Broken", lambda _port: (sys.executable, "-c", "raise SystemExit('no such model')"))
    with pytest.raises(process.StartError, match=r"Broken .*: no such model"), process.serving(broken):
        pass
