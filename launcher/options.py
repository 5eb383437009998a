"""What a run is told, one frozen value: argument over LAUNCHER_* over [tool.launcher] of pyproject.toml over default.

`LAUNCHER_MEMORY_GB=32` and `memory_gb = 32` under [tool.launcher] are `--memory-gb 32`. What names files or this one
run (project, input, output, sample, replace) and what weakens a check (allow_secrets) is an argument only, so that no
repository that is fetched from somewhere decides it. Left out: the command line (`commands`), acting on it (`api`).
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .durations import parse_duration
from .errors import OptionsError
from .keep import Keep, kept, parse_keep
from .values import PARSERS

__all__ = ["Keep", "Options", "kept", "parse_duration", "parse_keep", "read"]

ENGINES = ("local", "aws")
PYTHONS = ("3.11", "3.12", "3.13")
VARIABLE = "LAUNCHER_"
_ARGUMENT_ONLY = frozenset({"project", "input", "output", "allow_secrets", "replace", "sample"})


@dataclass(frozen=True)
class Options:
    """All of it; `region` and `profile` None are what boto3 finds, `entry` None is what `project` finds."""

    project: str
    input: str = ""
    output: str = ""
    engine: str = "local"
    vcpus: float = 1.0
    memory_gb: float = 2.0
    gpus: int = 0
    spot: bool = False
    timeout_s: int = 3600
    max_cost: float | None = None
    """Dollars."""
    keep: tuple[Keep, ...] = ()
    entry: str | None = None
    python: str = "3.12"
    region: str | None = None
    profile: str | None = None
    allow_secrets: tuple[str, ...] = ()
    """Paths below the project that may be sent although they look like secrets."""
    replace: bool = False
    sample: str | None = None
    """The file or folder that `check` runs the script on; None is the smallest of the input."""
    notify: str | None = None
    """A mail address."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables for the script."""

    def __post_init__(self) -> None:
        """Raises: OptionsError for what cannot be, whoever makes one."""
        _check(self)


def read(project: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> Options:
    """The options of a project's run; a value of `given` that is None was not given.

    >>> read("/nowhere", {"vcpus": 8, "memory_gb": None}, {"LAUNCHER_MEMORY_GB": "32", "LAUNCHER_VCPUS": "2"}).memory_gb
    32.0

    Raises: OptionsError, which names where the wrong value was said.
    """
    layers = (
        _of_file(os.path.join(project, "pyproject.toml")),
        _of_environment(environ),
        {name: (f"--{_shown(name)}", value) for name, value in given.items() if value is not None},
    )
    merged = {name: said for layer in layers for name, said in layer.items()}
    values = {name: _parsed(name, where, value) for name, (where, value) in merged.items()}
    return Options(**{"python": _version_file(project), **values, "project": project})


def _of_file(path: str) -> dict[str, tuple[str, Any]]:
    try:
        with open(path, "rb") as file:
            table = tomllib.load(file).get("tool", {}).get("launcher", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise OptionsError(f"{path} cannot be read: {error}", "mend the file") from error
    if not isinstance(table, dict):
        raise OptionsError(f"{path}: tool.launcher is no table", "begin it with [tool.launcher]")
    said = {_field(name): value for name, value in table.items()}
    for name in said:
        _known(name, f"[tool.launcher] in {path}")
    return {name: (f"{_shown(name)} under [tool.launcher] in {path}", value) for name, value in said.items()}


def _of_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    names = {f.name for f in fields(Options)} - _ARGUMENT_ONLY
    wanted = {name: VARIABLE + _shown(name).upper().replace("-", "_") for name in names}
    return {name: (variable, environ[variable]) for name, variable in wanted.items() if environ.get(variable)}


def _known(name: str, where: str) -> None:
    if name in _ARGUMENT_ONLY:
        raise OptionsError(f"{where} may not say {name}", f"say it with --{_shown(name)}")
    if name not in {f.name for f in fields(Options)}:
        raise OptionsError(f"{where} says {name!r}, which is no option", "`python -m launcher run --help` lists them")


def _field(said: str) -> str:
    return "timeout_s" if said == "timeout" else said.replace("-", "_")


def _shown(name: str) -> str:
    return "timeout" if name == "timeout_s" else name.replace("_", "-")


def _parsed(name: str, where: str, value: Any) -> Any:
    try:
        return PARSERS[name](value)
    except OptionsError as error:
        raise OptionsError(f"{where}: {error}", error.fix) from error
    except (TypeError, ValueError) as error:
        raise OptionsError(f"{where}: {value!r} cannot be read", "see `python -m launcher run --help`") from error


def _version_file(project: str) -> str:
    """What .python-version says, cut to 3.N, or the default."""
    try:
        with open(os.path.join(project, ".python-version"), encoding="utf-8") as file:
            found = re.match(r"\s*(3\.\d+)", file.read(100))
    except (OSError, ValueError):
        found = None
    return found.group(1) if found else Options.python


def _check(options: Options) -> None:
    wrong = [
        (options.engine not in ENGINES, f"--engine {options.engine} is not known", f"one of {', '.join(ENGINES)}"),
        (not 0.25 <= options.vcpus <= 448, f"--vcpus {options.vcpus:g} cannot be", "from 0.25 to 448"),
        (not 0.5 <= options.memory_gb <= 24576, f"--memory-gb {options.memory_gb:g} cannot be", "from 0.5 to 24576"),
        (not 0 <= options.gpus <= 16, f"--gpus {options.gpus} cannot be", "from 0 to 16"),
        (not 60 <= options.timeout_s <= 14 * 86400, "--timeout cannot be so", "from 1m to 14d"),
        (options.max_cost is not None and not options.max_cost > 0, "--max-cost must be more than 0", "dollars: 2.50"),
        (options.python not in PYTHONS, f"--python {options.python} is not known", f"one of {', '.join(PYTHONS)}"),
    ]
    for is_wrong, message, fix in wrong:
        if is_wrong:
            raise OptionsError(message, f"say {fix}")
