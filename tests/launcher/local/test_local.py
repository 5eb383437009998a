"""launcher/engines/local.py and launcher/flow.py: whole runs of real projects in environments that are really made."""

import base64
import hashlib
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import options, runs
from launcher.engines.local import LocalEngine
from launcher.engines.protocol import State
from launcher.errors import (
    EngineError,
    LauncherError,
    NotEmptyError,
    ProjectError,
    RunFailed,
    Stopped,
    StorageError,
    UnknownRun,
)  # fmt: skip
from launcher.flow import Choice, Followed, Result, run
from tests.launcher.local.conftest import ECHO, HERE, Make, until

WAITS = "import sys, time; open(sys.argv[4] + '/half', 'w').write('h'); print('ready', flush=True); time.sleep(600)"


Go = Callable[..., tuple[Result, "Told", "Told"]]


class Told(list[str]):
    """What was said, in order."""

    def __call__(self, line: str) -> None:
        self.append(line)

    def now(self, text: str) -> None:
        """Passing lines are not kept."""


@pytest.fixture
def engine(state: Path, cache: Path, environ: dict[str, str]) -> LocalEngine:
    return LocalEngine(str(state), str(cache), environ)


@pytest.fixture
def go(engine: LocalEngine, environ: dict[str, str], tmp_path: Path) -> Go:
    """A function: a project, its data and options to the result, what was said, and the script's lines."""

    def start(project: Path, data: Path, output: str = "out", **said: object) -> tuple[Result, Told, Told]:
        tell, lines = Told(), Told()
        ask = said.pop("ask", lambda _: Choice.DESTROY)
        line = said.pop("line", lines)
        given = {"input": str(data), "output": str(tmp_path / output), "python": HERE, **said}
        asked = options.read(str(project), given, environ)
        return run(asked, engine, Followed(tell, line, ask), environ), tell, lines

    return start


def wheel(folder: Path, name: str, code: str) -> Path:
    """A wheel made by hand, so that installing it needs no network."""
    folder.mkdir(parents=True, exist_ok=True)
    about = f"{name}-1.0.dist-info"
    files = {f"{name}.py": code, f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
             f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}  # fmt: skip
    lines = []
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as packed:
        for path, text in files.items():
            packed.writestr(path, text)
            sha = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={sha},{len(text)}")
        packed.writestr(f"{about}/RECORD", "\n".join([*lines, f"{about}/RECORD,,"]))
    return folder


def test_a_project_runs_and_its_results_come_home(make: Make, go: Go):
    """A folder with a script, data with accents and blanks in their names: the same names come back."""
    result, _, lines = go(make("mein Projekt", {"main.py": ECHO}), make("Daten ü", {"été/a b.txt": "one", "c": "two"}))
    assert (result.state, result.exit_code, result.cost, result.partial) == (State.SUCCEEDED, 0, 0.0, False)
    assert sorted(result.files) == ["c", "été/a b.txt"]
    assert Path(result.results, "été/a b.txt").read_text() == "ONE"
    assert "Größe 3" in lines


def test_requirements_are_installed_once(make: Make, go: Go, tmp_path: Path):
    """The script imports what requirements.txt names; a second run makes no environment anew."""
    place = wheel(tmp_path / "wheels", "little", "WORD = 'from a wheel'\n")
    script = "import little, sys; open(sys.argv[4] + '/w', 'w').write(little.WORD)"
    project = make("p", {"main.py": script, "requirements.txt": f"--no-index\n--find-links {place}\nlittle==1.0\n"})
    first, told, _ = go(project, make("d", {"x": ""}), "one")
    second, again, _ = go(project, make("d", {"x": ""}), "two")
    assert [Path(r.results, "w").read_text() for r in (first, second)] == ["from a wheel"] * 2
    assert [any("making an environment" in line for line in said) for said in (told, again)] == [True, False]


def test_requirements_that_cannot_be_met_are_the_persons(make: Make, go: Go, state: Path):
    """What pip cannot find is one sentence with a fix, and nothing of the run is left."""
    project = make("p", {"main.py": ECHO, "requirements.txt": "--no-index\nthere-is-none==9\n"})
    with pytest.raises(ProjectError, match="cannot be installed") as error:
        go(project, make("d", {"x": ""}))
    assert "requirements.txt" in error.value.fix
    assert runs.known(str(state)) == []


def test_the_second_run_copies_only_what_changed(make: Make, go: Go):
    """Content that is there already is not copied again, and the line says so."""
    project, data = make("p", {"main.py": ECHO}), make("d", {"a": "one", "b": "two"})
    go(project, data, "one")
    (data / "b").write_text("three")
    _, told, _ = go(project, data, "two")
    assert [line for line in told if line.startswith(("code", "input"))] == [
        f"code: nothing sent: all 1 file ({len(ECHO.encode())} B) were there already",
        "input: 1 of 2 files sent (5 B of 8 B), the rest was there already",
    ]


def test_a_failed_script_brings_what_it_made(make: Make, go: Go):
    """A script that fails is a result with its code, its partial files and a reason."""
    script = "import sys; open(sys.argv[4] + '/half', 'w').write('h'); sys.exit(7)"
    result, _, _ = go(make("p", {"main.py": script}), make("d", {"x": ""}))
    assert (result.state, result.exit_code, result.partial, result.files) == (State.FAILED, 7, True, ("half",))
    assert "main.py ended with exit code 7" in result.sentence


def test_the_script_sees_none_of_the_persons_variables(make: Make, go: Go, environ: dict[str, str]):
    """As on AWS only what --env says is there, and no PYTHONPATH."""
    environ |= {"MY_SECRET": "s", "PYTHONPATH": "/mine"}
    script = "import os, sys; open(sys.argv[4] + '/e', 'w').write(' '.join(sorted(os.environ)) + os.environ['MODE'])"
    result, _, _ = go(make("p", {"main.py": script}), make("d", {"x": ""}), env={"MODE": "=fast"})
    seen = Path(result.results, "e").read_text()
    assert seen.endswith("=fast")
    assert not {"MY_SECRET", "PYTHONPATH"} & set(seen.split())


def test_another_version_of_python_is_said(make: Make, environ: dict[str, str], go: Go):
    """Where the version asked for is not installed, this one runs the script, and a line says so."""
    other = next(v for v in ("3.11", "3.12", "3.13") if v != HERE)
    environ |= {"PATH": "/nowhere", "PYENV_ROOT": "/nowhere"}
    result, told, _ = go(make("p", {"main.py": ECHO}), make("d", {"x": ""}), python=other)
    assert result.state is State.SUCCEEDED
    assert f"Python {other} is not installed here: Python {HERE} runs the script" in told


def test_a_folder_with_something_in_it_is_not_touched(make: Make, go: Go, state: Path, tmp_path: Path):
    """Results never come into a folder that has something, and nothing is begun; --replace lets them."""
    make("out", {"mine.txt": "mine", "x": "old"})
    with pytest.raises(NotEmptyError):
        go(make("p", {"main.py": ECHO}), make("d", {"x": "new"}))
    assert runs.known(str(state)) == []
    go(make("p", {"main.py": ECHO}), make("d", {"x": "new"}), replace=True)
    assert {p.name: p.read_text() for p in (tmp_path / "out").iterdir()} == {"mine.txt": "mine", "x": "NEW"}


def interrupted(lines: Told) -> Callable[[str], None]:
    """Ctrl-C at the moment that the script says ready, once."""

    def line(text: str) -> None:
        lines.append(text)
        if text == "ready":
            raise KeyboardInterrupt

    return line


def test_ctrl_c_may_destroy(make: Make, go: Go, state: Path):
    """At Ctrl-C, if so told: the script ends, what it made comes home, the run is gone."""
    result, _, _ = go(make("p", {"main.py": WAITS}), make("d", {"x": ""}), line=interrupted(Told()))
    assert (result.state, result.exit_code, result.files) == (State.STOPPED, 143, ("half",))
    assert runs.known(str(state)) == []


def test_ctrl_c_may_leave_it_running(make: Make, go: Go, engine: LocalEngine, tmp_path: Path):
    """At Ctrl-C, if so told: the run goes on, is found by its id, stopped, and fetched later."""
    left, _, _ = go(
        make("p", {"main.py": WAITS}), make("d", {"x": ""}), line=interrupted(Told()), ask=lambda _: Choice.LEAVE
    )
    assert (left.state, left.exit_code) == (State.RUNNING, None)
    assert engine.status(left.run_id).state is State.RUNNING
    with pytest.raises(StorageError, match="no results"):
        engine.fetch(left.run_id, str(tmp_path / "early"))
    engine.stop(left.run_id)
    until(lambda: engine.status(left.run_id).state.ended, "the end")
    assert engine.status(left.run_id).state is State.STOPPED
    assert engine.fetch(left.run_id, str(tmp_path / "late")) == ("half",)


def test_ctrl_c_may_wait_on(make: Make, go: Go):
    """At Ctrl-C, if so told: nothing happens, and no line is lost or told twice."""
    script = "import sys; print('ready', flush=True); print('on', flush=True); open(sys.argv[4] + '/x', 'w')"
    lines = Told()
    result, _, _ = go(
        make("p", {"main.py": script}), make("d", {"x": ""}), line=interrupted(lines), ask=lambda _: Choice.WAIT
    )
    assert result.state is State.SUCCEEDED
    assert "on" in lines


def test_sigterm_leaves_nothing(make: Make, go: Go, state: Path):
    """A command that is told to end destroys its run on the way out."""

    def line(text: str) -> None:
        if text == "ready":
            raise Stopped(signal.SIGTERM)

    with pytest.raises(Stopped):
        go(make("p", {"main.py": WAITS}), make("d", {"x": ""}), line=line)
    assert runs.known(str(state)) == []


def test_a_runner_that_is_killed_is_told(make: Make, go: Go, engine: LocalEngine, state: Path):
    """A run whose process vanished has failed, says the status, and does not seem to run for ever."""
    left, _, _ = go(
        make("p", {"main.py": WAITS}), make("d", {"x": ""}), line=interrupted(Told()), ask=lambda _: Choice.LEAVE
    )
    process = (state / "runs" / left.run_id / "process.json").read_text()
    os.kill(int("".join(filter(str.isdigit, process))), signal.SIGKILL)
    until(lambda: engine.status(left.run_id).state.ended, "the end")
    assert "gone without a word" in engine.status(left.run_id).sentence


def test_destroy_removes_what_no_other_run_uses(make: Make, go: Go, engine: LocalEngine, state: Path):
    """Blobs that another run shares stay, the others go with the run."""
    project = make("p", {"main.py": ECHO})
    first, _, _ = go(project, make("d", {"a": "only of the first"}), "one")
    second, _, _ = go(project, make("e", {"b": "only of the second"}), "two")
    engine.destroy(first.run_id, Told())
    assert {len(p.read_bytes()) for p in (state / "blobs").iterdir()} == {len(ECHO.encode()), len("only of the second")}
    assert [one.run_id for one in runs.known(str(state))] == [second.run_id]
    with pytest.raises(UnknownRun):
        engine.status(first.run_id)


def test_a_damaged_record_hides_no_other_run(make: Make, go: Go, state: Path):
    """It is told as one that failed, with what to do; another run begins beside it, and what it holds stays."""
    old, _, _ = go(make("p", {"main.py": ECHO}), make("d", {"a": "x"}), "one")
    (state / "runs" / old.run_id / "run.json").write_text('{"run_id": 3')
    new, _, _ = go(make("p", {"main.py": ECHO}), make("d", {"a": "x"}), "two")
    told, damaged = runs.known(str(state))
    assert (told.run_id, told.ended) == (new.run_id, None)
    assert damaged.run_id == old.run_id
    assert damaged.ended is not None
    assert "is damaged" in damaged.ended.status.sentence
    assert "remove its folder" in damaged.ended.status.sentence


def test_old_runs_go_by_themselves(make: Make, go: Go, state: Path):
    """A run that ended over 14 days ago is removed when the next begins."""
    old, _, _ = go(make("p", {"main.py": ECHO}), make("d", {"a": "x"}), "one")
    known = runs.read(str(state), old.run_id)
    runs.write(str(state), type(known)(**{**vars(known), "made_s": known.made_s - 15 * 86400}))
    new, _, _ = go(make("p", {"main.py": ECHO}), make("d", {"a": "x"}), "two")
    assert [one.run_id for one in runs.known(str(state))] == [new.run_id]


@pytest.mark.parametrize("run_id", ["20260101-000000-zzzz", "../../etc", "", "last"])
def test_an_unknown_run_is_said(engine: LocalEngine, run_id: str):
    """What is no id of a run is one sentence, never a path on this machine."""
    for ask in (engine.status, engine.stop, engine.attempts, lambda r: list(engine.logs(r))):
        with pytest.raises(UnknownRun):
            ask(run_id)


def test_a_state_that_cannot_be_written_is_said(make: Make, go: Go, state: Path):
    """A state folder that is a file is one sentence with a fix."""
    state.write_text("")
    with pytest.raises(EngineError) as error:
        go(make("p", {"main.py": ECHO}), make("d", {"x": ""}))
    assert "LAUNCHER_STATE" in error.value.fix


def test_every_error_of_a_run_has_a_fix(make: Make, go: Go, tmp_path: Path):
    """No project, no entry, no input: each is a sentence with what to do."""
    project, data = make("p", {"main.py": ECHO}), make("d", {"x": ""})
    for broken in (
        (tmp_path / "nowhere", data),
        (make("empty", {"notes.txt": ""}), data),
        (project, tmp_path / "none"),
    ):
        with pytest.raises(LauncherError) as error:
            go(*broken)
        assert error.value.fix
    assert not issubclass(ProjectError, RunFailed)


def test_many_files_go_and_come(make: Make, go: Go):
    """A run with 2,000 files of data is as one with two."""
    data = make("many", {f"{n % 100:02}/{n}.txt": str(n) for n in range(2000)})
    result, _, _ = go(make("p", {"main.py": ECHO}), data)
    assert len(result.files) == 2000
    assert Path(result.results, "99/1999.txt").read_text() == "1999"
