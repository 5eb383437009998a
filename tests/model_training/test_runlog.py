"""The run log: what is added is read back, whole lines or none, and a broken one hides no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from model_training import plots, runlog, runs
from model_training.__main__ import main
from model_training.runlog import Run

if TYPE_CHECKING:
    from pathlib import Path

RUN = Run(
    date="2026-01-02T03:04:05+00:00",
    outcome="published sentiment-1.0.0",
    data_sha256="0" * 64,
    agreement_lists=4,
    folds=5,
    split_seeds=[0, 1, 2],
    seed=0,
    recipe={"epochs": 25, "members": 1},
    metrics={"accuracy": 0.81, "accuracy_se": 0.006, "macro_f1": 0.78, "macro_f1_se": 0.007, "ece": 0.02},
    seconds=300.0,
)
KEPT = replace(RUN, outcome="kept: sentiment-1.0.0 in place is better", recipe={"epochs": 25, "members": 3})


def test_what_is_added_is_read_back(tmp_path: Path) -> None:
    path = runlog.path_of(str(tmp_path), "sentiment")

    for run in (RUN, KEPT, RUN):
        runlog.append(path, run)

    assert runlog.read(path) == ([RUN, KEPT, RUN], [])
    assert path == str(tmp_path / "runs/sentiment.jsonl")


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b'{"date": "2026"}', b'{"date": 1, "outcome": 2}'],
)
def test_a_broken_line_is_named_and_skipped(tmp_path: Path, line: bytes) -> None:
    path = str(tmp_path / "runs.jsonl")
    runlog.append(path, RUN)
    with open(path, "ab") as file:
        file.write(line + b"\n\n")
    runlog.append(path, KEPT)

    found, broken = runlog.read(path)

    assert found == [RUN, KEPT]
    assert len(broken) == 1
    assert broken[0].startswith(f"{path}, line 2: expected a run, found ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": 5},
        {"data_sha256": 7},
        {"seed": None},
        {"seconds": None},
        {"metrics": {"accuracy": 0.8}},
        {"metrics": {**RUN.metrics, "ece": "x"}},
        {"metrics": {**RUN.metrics, "accuracy_se": None}},
        {"metrics": {**RUN.metrics, "accuracy": float("nan")}},
        {"metrics": {**RUN.metrics, "accuracy": 10**400}},
    ],
)
def test_a_field_of_the_wrong_type_breaks_its_line_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, object]
) -> None:
    path = runlog.path_of(str(tmp_path), "sentiment")
    runlog.append(path, RUN)
    with open(path, "a") as file:
        file.write(json.dumps(asdict(RUN) | wrong) + "\n")

    assert main(["runs", "--out", str(tmp_path)]) == 0

    out, err = capsys.readouterr()
    assert out == runs.table([RUN]) + "\n"
    assert err.startswith(f"{path}, line 2: expected a run, found ")


def test_half_a_line_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.jsonl")
    (tmp_path / "runs.jsonl").write_bytes(b'{"date": "20')

    runlog.append(path, RUN)

    assert runlog.read(path)[0] == [RUN]


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    """The file may not grow by more than ten bytes: nothing of the line stays."""
    path = str(tmp_path / "runs.jsonl")
    runlog.append(path, RUN)
    before = (tmp_path / "runs.jsonl").read_bytes()
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "path = sys.argv[1]; from model_training import runlog; [run] = runlog.read(path)[0]; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 10},) * 2); runlog.append(path, run)"
    )

    done = subprocess.run([sys.executable, "-c", limited, path], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert (tmp_path / "runs.jsonl").read_bytes() == before


def test_the_table_shows_each_run_and_what_is_new_in_it() -> None:
    shown = runs.table([RUN, KEPT]).splitlines()

    assert shown[1].split(maxsplit=3)[:3] == ["1", "2026-01-02", "03:04"]
    assert "0.810 ± 0.006" in shown[1]
    assert shown[1].endswith("5.0 m  published sentiment-1.0.0")
    assert shown[2].endswith("kept: sentiment-1.0.0 in place is better")
    assert shown[3].strip() == "members 3"


def test_the_command_prints_the_table_and_draws_the_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = runlog.path_of(str(tmp_path), "sentiment")
    runlog.append(path, RUN)
    with open(path, "a") as file:
        file.write("broken\n")

    assert main(["runs", "--out", str(tmp_path), "--plot", str(tmp_path / "runs.png")]) == 0

    out, err = capsys.readouterr()
    assert out == runs.table([RUN]) + "\n"
    assert err == f"{path}, line 2: expected a run, found b'broken\\n'; skipped\n"
    assert (tmp_path / "runs.png").read_bytes() == plots.runs([RUN])


def test_without_a_log_there_is_nothing_to_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"error: runs: expected the log {os.path.join(tmp_path, 'runs/sentiment.jsonl')}, "
        "which the first run writes, found none\n"
    )
