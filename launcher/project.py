"""A person's folder as a value: its entry script, its requirements, and the files that go along; and the same of data.

Everything that leaves the machine passes `guard`, data too. Left out: whether the script keeps to -i and -o (`check`),
and the sending (`upload`).
"""

import os
from dataclasses import dataclass
from pathlib import PurePosixPath

from . import ignoring, requirements, walking
from .errors import ProjectError, SecretError
from .guard import Allowed
from .ignoring import Layers
from .manifest import File, digest
from .options import Options

_NO_ENTRY = frozenset({"setup.py", "conftest.py", "noxfile.py", "__init__.py"})


@dataclass(frozen=True)
class Project:
    """All that is known of it; `root` is absolute, `files` are sorted by path."""

    root: str
    name: str
    entry: str
    requirements: bytes
    python: str
    files: tuple[File, ...]

    @property
    def digest(self) -> str:
        """One hash for all its files."""
        return digest(self.files)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True)
class Input:
    """Data to be worked on: `files` below the folder `root`; where `is_file`, the one that was named."""

    root: str
    files: tuple[File, ...]
    is_file: bool

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def scan(
    folder: str, allow_secrets: tuple[str, ...] = (), entry: str | None = None, python: str = Options.python
) -> Project:
    """Read a project's folder.

    Raises: ProjectError, SecretError.
    """
    root = os.path.abspath(folder)
    if not os.path.isdir(root):
        raise ProjectError(f"{folder} is no folder", "name the folder that holds the script")
    allowed, name = Allowed(allow_secrets), os.path.basename(root) or "project"
    files = _files(root, ignoring.above(root), allowed)
    found = find_entry(name, [file.path for file in files], entry)
    return Project(root, name, found, requirements.gather(root, allowed), python, files)


def scan_input(path: str, allow_secrets: tuple[str, ...] = ()) -> Input:
    """Read data, a file or a folder; nothing of it is left out but what .launchignore in it names.

    Raises: ProjectError, SecretError.
    """
    where = os.path.abspath(path)
    if os.path.isfile(where):
        root, name = os.path.split(where)
        return Input(root, _checked([walking.read(root, walking.Found(name))], Allowed(allow_secrets)), is_file=True)
    if not os.path.isdir(where):
        raise ProjectError(f"the input {path} is not there", "name a file or a folder with -i")
    return Input(where, _files(where, Layers(code=False), Allowed(allow_secrets)), is_file=False)


def _files(root: str, layers: Layers, allowed: Allowed) -> tuple[File, ...]:
    return _checked([walking.read(root, found) for found in walking.paths(root, layers)], allowed)


def _checked(found: list[walking.Read], allowed: Allowed) -> tuple[File, ...]:
    secret = [(one.file.path, one.secret) for one in found if one.secret and one.file.path not in allowed]
    if secret:
        raise SecretError(secret)
    return tuple(sorted(one.file for one in found))


def find_entry(name: str, paths: list[str], named: str | None) -> str:
    """The script to start: the one named, else main.py, run.py, one called like the folder, or the only one.

    >>> find_entry("rain-fall", ["rain_fall.py", "tools.py"], None)
    'rain_fall.py'

    Raises: ProjectError, which lists the scripts there are.
    """
    scripts = [path for path in paths if "/" not in path and path.endswith(".py") and _may_start(path)]
    if named is not None:
        wanted = str(PurePosixPath(named.replace("\\", "/")))
        if wanted in paths:
            return wanted
        raise ProjectError(f"the entry script {named!r} is not among the project's files", _choose(scripts))
    for usual in ("main.py", "run.py", f"{name}.py", f"{name.replace('-', '_')}.py"):
        if usual in scripts:
            return usual
    if len(scripts) == 1:
        return scripts[0]
    raise ProjectError(f"no entry script: {len(scripts)} could be one" if scripts else "no script", _choose(scripts))


def _may_start(path: str) -> bool:
    return path not in _NO_ENTRY and not path.startswith("test_") and not path.endswith("_test.py")


def _choose(scripts: list[str]) -> str:
    if not scripts:
        return "add main.py, which takes -i INPUT -o OUTPUT"
    return f"name one with --entry: {', '.join(scripts[:8])}"
