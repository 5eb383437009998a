"""The command as an operator runs it: what it prints, and what its exit code tells a cron job."""

from __future__ import annotations

import gzip
import json
import os
import pty
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.textmodel.drift.conftest import REPOSITORY
from tests.textmodel.drift.logs import drawn, feedback_line, lambda_line, log_of, server_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Drift = Callable[..., subprocess.CompletedProcess[str]]

STABLE_LOG = log_of(drawn(5, 600))
SHIFT_LOG = log_of(drawn(5, 600, weights=(60, 20, 20)))


def test_a_stable_log(drift: Drift, tmp_path: Path):
    """Exit code 0, a table of four fields, and nothing on standard error."""
    (tmp_path / "a.log").write_text(STABLE_LOG)
    done = drift(tmp_path / "a.log")
    assert (done.returncode, done.stderr) == (0, "")
    head, table = done.stdout.split("\n\n")[:2]
    assert head.splitlines()[:2] == [
        "model     sentiment-1.0.0", "answers   600, 2026-11-21 00:00:00 UTC to 2026-11-21 00:09:59 UTC",
    ]  # fmt: skip
    assert [line.split()[0] for line in table.splitlines()] == ["field", "label", "score", "known", "chars"]
    assert done.stdout.splitlines()[-1].startswith("verdict: stable;")


def test_a_shift_is_exit_code_3(drift: Drift):
    """Also beside broken lines: what a cron job asks for comes first."""
    done = drift(given=f"{SHIFT_LOG}broken\n".encode())
    assert done.returncode == 3
    assert "verdict: shift in label;" in done.stdout


def test_broken_lines_are_exit_code_1(drift: Drift):
    """Where all else is stable, they are still told."""
    done = drift("-", given=f"{STABLE_LOG}broken\n".encode())
    assert done.returncode == 1
    assert "1 lines are broken: skipped; the first:\n  standard input:601: expected a JSON object" in done.stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"", "no answers of sentiment-1.0.0; found 0 lines of other events"),
        (b'{"event":"a"}\nx\n', "found 1 lines of other events; 1 broken lines, the first standard input:2:"),
        (server_line(drawn(5, 1)[0], model="m-2").encode(), "found 1 of m-2 (choose one by --model)"),
    ],
)
def test_nothing_to_compare_is_exit_code_2(drift: Drift, given: bytes, told: str):
    """One line says what there was instead."""
    done = drift(given=given)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_too_few_answers_are_shown_without_a_verdict(drift: Drift):
    """Exit code 2, and the table with what there is."""
    done = drift(given=log_of(drawn(5, 50)).encode())
    assert done.returncode == 2
    assert "verdict: too few; no verdict below 200 answers" in done.stdout


def test_an_artifact_without_a_baseline(drift: Drift, shipped: Path):
    """There is nothing to compare with until it is trained again."""
    done = drift(given=STABLE_LOG.encode(), artifacts=shipped)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "textmodel: the artifact of 'sentiment' has no baseline; train it again\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.log"], "none.log: No such file or directory"),
        (["--plot", "a.png"], "--plot: expected a name that ends in .svg, found a.png"),
        (["--plot", "none/a.svg"], "none/a.svg: No such file or directory"),
        (["--task", "none"], "ArtifactMissing"),
        (["--nothing"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_exit_code_2(drift: Drift, arguments: list[str], told: str):
    """They are named, without a traceback."""
    done = drift(*arguments, given=STABLE_LOG.encode())
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_files_folders_and_standard_input_are_one_log(drift: Drift, tmp_path: Path):
    """What is spread over them is counted together, whichever of them is packed."""
    lines = STABLE_LOG.splitlines(keepends=True)
    (tmp_path / "export/s").mkdir(parents=True)
    (tmp_path / "export/s/000000.gz").write_bytes(
        gzip.compress("".join(f"2026-11-21T00:00:00Z {n}" for n in lines[:200]).encode())
    )
    (tmp_path / "events.json").write_text(json.dumps({"events": [{"message": line} for line in lines[200:400]]}))
    whole = drift("--json", given=STABLE_LOG.encode())
    parts = drift("--json", tmp_path, "-", given="".join(lines[400:]).encode())
    assert json.loads(parts.stdout) == json.loads(whole.stdout)


def test_another_model_is_chosen_by_its_name(drift: Drift):
    """Versions are never mixed: each is compared by itself."""
    other = "".join(server_line(row, model="sentiment-2") + "\n" for row in drawn(5, 300, weights=(60, 20, 20)))
    given = (STABLE_LOG + other).encode()
    own, chosen = drift("--json", given=given), drift("--json", "--model", "sentiment-2", given=given)
    assert (own.returncode, chosen.returncode) == (0, 3)
    assert json.loads(own.stdout)["lines"]["answers_of_other_models"] == {"sentiment-2": 300}
    assert json.loads(chosen.stdout)["lines"]["answers_of_other_models"] == {"sentiment-1.0.0": 600}


def test_feedback_joins_in_any_order(drift: Drift):
    """A shuffled log gives the same live accuracy."""
    rows = drawn(5, 600)
    lines = log_of(rows).splitlines() + [feedback_line(f"r{n}", rows[n][0] if n % 4 else "neutral") for n in range(200)]
    straight = drift("--json", given="\n".join(lines).encode())
    random.Random(1).shuffle(lines)
    shuffled = drift("--json", given="\n".join(lines).encode())
    assert json.loads(straight.stdout) == json.loads(shuffled.stdout)
    accuracy: dict[str, Any] = json.loads(straight.stdout)["accuracy"]
    right = sum(n % 4 > 0 or rows[n][0] == "neutral" for n in range(200))
    assert accuracy["accuracy"][0] == right / 200
    assert accuracy["judged"] == 200


def test_batches_count_and_take_no_part_in_accuracy(drift: Drift):
    """Which text of a batch was wrong, feedback does not say."""
    rows = drawn(5, 600)
    given = "\n".join([lambda_line(*rows, http_request_id="b"), feedback_line("b", "neutral")])
    found = json.loads(drift("--json", given=given.encode()).stdout)
    assert found["answers"] == 600
    assert (found["accuracy"]["judged"], found["accuracy"]["unmatched"]) == (0, 1)


def test_the_plot_is_written(drift: Drift, tmp_path: Path):
    """One file, beside the report."""
    done = drift("--plot", tmp_path / "drift.svg", given=STABLE_LOG.encode())
    assert done.returncode == 0
    assert (tmp_path / "drift.svg").read_text().startswith("<svg ")


def test_a_plot_that_cannot_be_written_costs_no_report(drift: Drift, tmp_path: Path):
    """The log may have been long to read: its report comes first, then the plot's place is named."""
    done = drift("--plot", tmp_path / "none/a.svg", given=STABLE_LOG.encode())
    assert done.returncode == 2
    assert done.stdout == drift(given=STABLE_LOG.encode()).stdout
    assert done.stderr == f"textmodel: {tmp_path}/none/a.svg: No such file or directory\n"


def test_help_states_the_exit_codes(drift: Drift):
    """What an operator's script relies on stands in --help."""
    done = drift("--help")
    assert done.returncode == 0
    assert "0 stable or some shift; 3 shift; 1 no shift, but lines were broken" in done.stdout


def test_a_bar_on_a_terminal_alone(judged: Path, tmp_path: Path):
    """A file is read with a bar on a terminal, and without a word elsewhere."""
    (tmp_path / "a.log").write_text(STABLE_LOG)
    command = [sys.executable, "-m", "textmodel", "drift", "--artifacts", str(judged), str(tmp_path / "a.log")]
    screen, terminal = pty.openpty()
    try:
        subprocess.run(command, cwd=REPOSITORY, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, check=True)
        shown = os.read(screen, 10_000).decode()
    finally:
        os.close(terminal)
        os.close(screen)
    assert "100%  600 lines" in shown


def test_a_reader_that_has_seen_enough_is_no_error(judged: Path, tmp_path: Path):
    """`| head -1` ends the command without a message."""
    (tmp_path / "a.log").write_text(STABLE_LOG)
    command = f"{sys.executable} -m textmodel drift --artifacts {judged} {tmp_path}/a.log | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=REPOSITORY, check=False, timeout=60)
    assert (done.stdout, done.stderr) == (b"model     sentiment-1.0.0\n", b"")


def test_predict_need_not_wait_for_it(judged: Path):
    """What drift needs is imported when it is asked for."""
    code = (
        "import sys; from textmodel.command import main; "
        f"main(['predict', '--artifacts', {str(judged)!r}, 'a']); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=REPOSITORY, check=True, timeout=60)
    assert {"sqlite3", "textmodel.drift.run", "numpy"} & set(done.stdout.decode().split()) == set()
