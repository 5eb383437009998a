"""launcher/api.py and launcher/functions.py: a project and a function from Python, on the engine of this machine."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

import launcher
from launcher import functions
from launcher.api import remote, run
from launcher.errors import NotEmptyError, OptionsError, RunFailed
from launcher.functions import FunctionError
from tests.launcher.local.conftest import ECHO, HERE, Make


def test_what_is_offered_is_exact():
    """The names of the room are these, and each is there."""
    assert launcher.__all__ == ["LauncherError", "Result", "remote", "run"]
    assert all(getattr(launcher, name) for name in launcher.__all__)
    with pytest.raises(AttributeError):
        _ = launcher.nothing


def test_run_from_python(make: Make, environ: dict[str, str], tmp_path: Path):
    """`run` takes what the command takes, gives a result, and each line of the script to `line`."""
    lines: list[str] = []
    result = run(make("p", {"main.py": ECHO}), make("d", {"ä.txt": "one"}) / "ä.txt", tmp_path / "out",
                 python=HERE, timeout="5m", environ=environ, line=lines.append)  # fmt: skip
    assert (result.exit_code, result.files, result.cost) == (0, ("ä.txt",), 0.0)
    assert (tmp_path / "out/ä.txt").read_text() == "ONE"
    assert "Größe 1" in lines


def test_a_wrong_option_is_said(make: Make, environ: dict[str, str], tmp_path: Path):
    """A name or value that is none is an OptionsError, and a folder in use a NotEmptyError, before anything begins."""
    project, data = make("p", {"main.py": ECHO}), make("d", {"a": "x"})
    with pytest.raises(OptionsError, match="'cpus' is no option"):
        run(project, data, tmp_path / "out", environ=environ, cpus=3)
    with pytest.raises(OptionsError, match="vcpus"):
        run(project, data, tmp_path / "out", environ=environ, vcpus="many")
    with pytest.raises(NotEmptyError):
        run(project, data, project, environ=environ)


def test_a_function_runs_elsewhere(environ: dict[str, str]):
    """A decorated function gives what it would have given here, from a process of its own."""

    @remote(python=HERE, environ=environ)
    def measure(words: list[str], *, scale: float = 1.0) -> dict[str, Any]:
        """Lengths."""
        import os as system

        return {"lengths": [len(word) * scale for word in words], "pid": system.getpid()}

    answer = measure(["é", "日本語"], scale=2)
    assert answer["lengths"] == [2, 6]
    assert answer["pid"] != os.getpid()


def test_a_function_that_raises_is_told(environ: dict[str, str]):
    """The last lines of the trace come back in a RunFailed with the script's code."""

    @remote(python=HERE, environ=environ)
    def divide(by: int) -> float:
        return 1 / by

    with pytest.raises(RunFailed, match="ZeroDivisionError") as error:
        divide(0)
    assert error.value.exit_code == 1


def test_a_function_stands_for_itself():
    """A name from around it is refused when it is decorated, with the fix; its own, Python's and recursion are not."""

    def uses_json(text: str) -> Any:
        return json.loads(text)

    def stands(n: int) -> int:
        class Inner:
            value = 1

        return Inner.value if n <= 1 else max(n, 0) * sum(stands(m) for m in [n - 1])

    with pytest.raises(FunctionError, match="uses json") as error:
        remote()(uses_json)
    assert "inside the function" in error.value.fix
    assert "def stands(n)" in functions.project(stands, ())["main.py"]


def test_what_is_no_function_is_refused():
    """A lambda, a built-in and a coroutine cannot travel."""

    async def later() -> None:
        """Nothing."""

    for none in (len, later):
        with pytest.raises(FunctionError):
            functions.project(none, ())


@given(strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats(allow_nan=False,
    allow_infinity=False) | strategies.text(strategies.characters(exclude_categories=["Cs"])),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text("ab"), inner),
))  # fmt: skip
def test_arguments_travel_as_they_are(value: Any):
    """What JSON holds arrives equal."""
    assert json.loads(functions.arguments(lambda x: x, [value], {})) == {"arguments": [value], "named": {}}


@pytest.mark.parametrize("value", [{1, 2}, b"x", float("nan"), Path("x")], ids=str)
def test_what_is_no_json_is_refused(value: Any):
    """What JSON does not hold is a sentence before anything begins."""

    def one(x: Any) -> Any:
        return x

    with pytest.raises(FunctionError, match="no JSON"):
        functions.arguments(one, [value], {})
    with pytest.raises(TypeError):
        functions.arguments(one, [], {})
