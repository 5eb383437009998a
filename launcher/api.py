"""The launcher from Python: a project's folder by `run`, one function by `remote`.

    >>> @remote(vcpus=8, memory_gb=32, requirements=["numpy"])
    ... def norm(values):
    ...     import numpy
    ...     return float(numpy.linalg.norm(values))
    >>> norm.__name__
    'norm'

`norm([3, 4])` then runs elsewhere and returns 5.0. Left out: the command line, what a function may be (`functions`).
"""

import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, ParamSpec, TypeVar

from . import flow, functions, options
from .engines.choose import choose
from .engines.protocol import State
from .errors import OptionsError, RunFailed
from .flow import Choice, Followed, Result, Tell
from .options import Options

P = ParamSpec("P")
R = TypeVar("R")
_TOLD_LINES = 5


class Quiet:
    """Tells nobody."""

    def __call__(self, line: str) -> None:
        """A line that stays."""

    def now(self, text: str) -> None:
        """What is going on."""


def run(
    project: str | os.PathLike[str],
    input: str | os.PathLike[str],  # noqa: A002
    output: str | os.PathLike[str],
    *,
    tell: Tell | None = None,
    line: Callable[[str], None] = print,
    environ: Mapping[str, str] | None = None,
    fresh: bool = False,
    check: bool | None = None,
    **said: Any,
) -> Result:
    """Run a project's folder on a file or folder of data; the results are in the folder `output` when it returns.

    `said` are the options of the command line: vcpus=8, memory_gb=32, spot=True, timeout="2h", engine="aws". Each
    line of the script goes to `line`; a failed script is a Result whose `exit_code` is not 0. Ctrl-C destroys the run.
    The project is checked first on AWS, where a mistake costs; `check` says otherwise.

    Raises: LauncherError, with its `fix`.
    """
    where = os.environ if environ is None else environ
    given = {("timeout_s" if name == "timeout" else name): value for name, value in said.items()}
    given |= {"input": os.fspath(input), "output": os.fspath(output)}
    if unknown := set(given) - {field.name for field in fields(Options)}:
        raise OptionsError(f"{min(unknown)!r} is no option", "`python -m launcher run --help` lists them")
    asked = options.read(os.fspath(project), given, where)
    on = choose(asked, where, fresh=fresh)
    followed = Followed(tell or Quiet(), line, lambda _: Choice.DESTROY)
    return flow.run(asked, on, followed, where, check=on.costs if check is None else check)


def remote(
    *, requirements: Sequence[str] = (), tell: Tell | None = None, environ: Mapping[str, str] | None = None, **said: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function run on a machine of its own: arguments and result travel as JSON, its source as a script.

    The function stands for itself: what it imports it imports inside, and it uses no name from around it.

    Raises: FunctionError, at once, for a function that cannot travel; RunFailed where it raised.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        files = functions.project(function, requirements)

        @functools.wraps(function)
        def call(*arguments: P.args, **named: P.kwargs) -> R:
            where = os.environ if environ is None else environ
            with tempfile.TemporaryDirectory(prefix="launcher-call-") as folder:
                return _call(folder, files, functions.arguments(function, arguments, named), tell, where, said)  # type: ignore[no-any-return]

        return call

    return decorate


def _call(
    folder: str, files: Mapping[str, str], arguments: str, tell: Tell | None, where: Mapping[str, str],
    said: Mapping[str, Any],
) -> Any:  # fmt: skip
    project, given, made = (os.path.join(folder, name) for name in ("function", "arguments.json", "made"))
    os.makedirs(project)
    for name, text in files.items():
        with open(os.path.join(project, name), "w", encoding="utf-8") as file:
            file.write(text)
    with open(given, "w", encoding="utf-8") as file:
        file.write(arguments)
    lines: list[str] = []
    result = run(project, given, made, tell=tell, line=lines.append, environ=where, **said)
    own = [line for line in lines if not line.startswith("launcher: ")]
    if result.state is not State.SUCCEEDED:
        raise RunFailed("; ".join(own[-_TOLD_LINES:]) or result.sentence, result.exit_code or 1, "mend the function")
    for line in own:
        print(line, file=sys.stderr)
    with open(os.path.join(made, functions.RESULT), encoding="utf-8") as file:
        return json.load(file)
