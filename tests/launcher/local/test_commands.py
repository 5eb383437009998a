"""python -m launcher as a person uses it: a process of its own, its output, its exit code, and Ctrl-C."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from launcher.commands.asking import asker
from launcher.flow import Choice
from launcher.progress import Progress
from tests.launcher.local.conftest import ECHO, HERE, Make, until

ROOT = Path(__file__).parents[3]
Call = Callable[..., subprocess.CompletedProcess[str]]
WAITS = "import sys, time; open(sys.argv[4] + '/half', 'w').write('h'); print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def call(environ: dict[str, str]) -> Call:
    def start(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "launcher", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120)

    return start


def test_the_whole_life_by_commands(call: Call, make: Make, tmp_path: Path):
    """run, list, status, logs, fetch, destroy: each finds the run by its id, or as `last`."""
    project, data = make("p", {"main.py": ECHO}), make("d", {"ä b.txt": "one"})
    done = call("run", project, "-i", data, "-o", tmp_path / "out", "--python", HERE)
    assert done.returncode == 0, done.stderr
    assert "Größe 1\n" in done.stdout
    assert "1 result, 3 B" in done.stdout
    (run_id,) = set(re.findall(r"\d{8}-\d{6}-\w{4}", done.stdout))
    assert [one["state"] for one in json.loads(call("list", "--json").stdout)] == ["succeeded"]
    status = json.loads(call("status", run_id, "--json").stdout)
    assert (status["state"], status["attempts"][0]["exit_code"]) == ("succeeded", 0)
    assert f"Run {run_id} succeeded" in call("status").stdout
    assert "Größe 1\n" in call("logs", "last").stdout
    assert call("fetch", run_id, "-o", tmp_path / "again").returncode == 0
    assert (tmp_path / "again/ä b.txt").read_text() == "ONE"
    assert call("destroy", run_id).returncode == 0
    assert call("list").stdout == "No runs.\n"
    assert call("status", run_id).returncode == 2


@pytest.mark.parametrize(("arguments", "said"), [
    (("run", "{p}", "-i", "{d}", "-o", "{d}"), "is not empty"),
    (("run", "{p}/none", "-i", "{d}", "-o", "{p}/o"), "is no folder"),
    (("run", "{p}", "-i", "{d}/none", "-o", "{p}/o"), "is not there"),
    (("run", "{p}", "-i", "{d}", "-o", "{p}/o", "--vcpus", "many"), "--vcpus"),
    (("run", "{p}", "-i", "{d}", "-o", "{p}/o", "--engine", "moon"), "--engine moon"),
    (("status",), "there are no runs yet"), (("logs", "20260101-000000-aaaa"), "no run has the id"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")  # fmt: skip
def test_a_mistake_is_one_line_with_its_fix(call: Call, make: Make, arguments: tuple[str, ...], said: str):
    """A person's mistake exits with 2, names itself and the fix, and shows no traceback."""
    places = {"p": make("p", {"main.py": ECHO}), "d": make("d", {"a": "x"})}
    done = call(*(text.format(**places) for text in arguments))
    assert done.returncode == 2
    assert said in done.stderr
    assert "  fix: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_script_exits_with_one(call: Call, make: Make, tmp_path: Path):
    """The script's own code is told, the command's is 1, and partial results are called so."""
    script = "import sys; open(sys.argv[4] + '/half', 'w').write('h'); sys.exit(7)"
    done = call(
        "run", make("p", {"main.py": script}), "-i", make("d", {"a": ""}), "-o", tmp_path / "o", "--python", HERE
    )
    assert done.returncode == 1
    assert "exit code 7" in done.stdout
    assert "1 partial result" in done.stdout


def test_dry_run_does_nothing(call: Call, make: Make, tmp_path: Path, state: Path):
    """--dry-run prints the steps; no run, no environment, no folder."""
    done = call("run", make("p", {"main.py": ECHO}), "-i", make("d", {"a": ""}), "-o", tmp_path / "o", "--dry-run")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["1", "2", "3", "4"]
    assert not state.exists()
    assert not (tmp_path / "o").exists()


def test_check_exits_by_what_it_found(call: Call, make: Make):
    """0 when all is well, 2 where something is to be mended, as text and as JSON."""
    good, bad, data = make("g", {"main.py": ECHO}), make("b", {"main.py": "1 / 0"}), make("d", {"a": "x"})
    assert call("check", good, "-i", data, "--python", HERE).returncode == 0
    done = call("check", bad, "-i", data, "--python", HERE)
    assert done.returncode == 2
    assert "FAIL  main.py --help ends with 1: ZeroDivisionError" in done.stdout
    found = json.loads(call("check", bad, "--python", HERE, "--json").stdout)
    assert [one["ok"] for one in found] == [True, True, False]


@contextmanager
def begun(command: list, environ: dict[str, str], stdin: int, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that Ctrl-C reaches, also where the tests run in the background of a shell; it does not outlive us."""

    def reached() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdin=stdin, stdout=said, stderr=said, preexec_fn=reached  # noqa: PLW1509
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("answer", "code", "left"), [("x\nd\n", 143, "No runs."), ("leave\n", 130, "running")])
def test_ctrl_c_asks(
    make: Make, environ: dict[str, str], call: Call, tmp_path: Path, answer: str, code: int, left: str
):
    """On a terminal Ctrl-C asks, asks again where nothing was understood, and does what was said."""
    command = [sys.executable, "-m", "launcher", "run", make("p", {"main.py": WAITS}), "-i", make("d", {"a": ""}),
               "-o", tmp_path / "out", "--python", HERE]  # fmt: skip
    ours, theirs = pty.openpty()
    with (tmp_path / "said").open("wb") as said, begun(command, environ, theirs, said) as process:
        until(lambda: b"ready\n" in (tmp_path / "said").read_bytes(), "the script")
        process.send_signal(signal.SIGINT)
        os.write(ours, answer.encode())
        assert process.wait(60) == code
    os.close(ours)
    os.close(theirs)
    assert "[l]eave it running, [d]estroy it" in (tmp_path / "said").read_text()
    assert left in call("list").stdout
    call("destroy", "last")


def test_ctrl_c_where_nobody_can_answer_destroys(make: Make, environ: dict[str, str], call: Call, tmp_path: Path):
    """Without a terminal, SIGINT and SIGTERM alike end the run, so that nothing goes on unseen."""
    command = [sys.executable, "-m", "launcher", "run", make("p", {"main.py": WAITS}), "-i", make("d", {"a": ""}),
               "--python", HERE, "-o"]  # fmt: skip
    for number, codes in ((signal.SIGINT, {130, 143}), (signal.SIGTERM, {143})):
        said = tmp_path / f"said {number}"
        whole = [*command, tmp_path / f"out {number}"]
        with said.open("wb") as to, begun(whole, environ, subprocess.DEVNULL, to) as process:
            until(lambda said=said: b"ready\n" in said.read_bytes(), "the script")
            process.send_signal(number)
            assert process.wait(60) in codes
        assert call("list").stdout == "No runs.\n"


def test_a_second_ctrl_c_destroys():
    """Ctrl-C or the end of input at the question is an answer: destroy."""

    def raising(error: type[BaseException]) -> Callable[[str], str]:
        def read(_: str) -> str:
            raise error

        return read

    for error in (KeyboardInterrupt, EOFError):
        assert asker(Progress(), None, raising(error), can_answer=True)("x") is Choice.DESTROY
    assert asker(Progress(), Choice.LEAVE, raising(EOFError), can_answer=True)("x") is Choice.LEAVE


def test_a_run_may_be_checked_first(call: Call, make: Make, tmp_path: Path):
    """With --check a project that would fail is not begun: each failure is a line, the exit code 2."""
    project, data = make("p", {"main.py": ECHO + "open('log.txt', 'w')"}), make("d", {"a": "x"})
    done = call("run", project, "-i", data, "-o", tmp_path / "o", "--python", HERE, "--check")
    assert done.returncode == 2
    assert "the script writes outside -o, where it is lost: code/log.txt" in done.stderr
    assert call("list").stdout == "No runs.\n"


def test_every_command_helps(call: Call):
    """Each command has a help of its own, and imports no boto3 to show it."""
    for name in ("run", "check", "status", "logs", "fetch", "list", "destroy", "sweep", "bootstrap", "quote"):
        assert "Usage: python -m launcher " + name in call(name, "--help").stdout
    asked = "import sys, launcher.commands.app; print('boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
