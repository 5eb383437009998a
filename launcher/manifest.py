"""A run's manifest: the files of code and input by the hash of their content, and how the script is to be started.

The runner, which imports nothing of this room, reads the same JSON. Left out: the files' bytes (`blobs`), and where the
manifest is kept (the engines).

A manifest, shortened:

    {"version": 1, "entry": "main.py", "python": "3.12", "timeout_s": 7200, "env": {}, "input_is_file": true,
     "image_key": "9f…", "requirements_sha256": "e3…", "results": "runs/20260102-101500-ab12/results", "budget_s": null,
     "code": [{"path": "main.py", "sha256": "5d…", "size_bytes": 812, "executable": false}],
     "input": [{"path": "readings été.csv", "sha256": "01…", "size_bytes": 90210, "executable": false}]}
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from .errors import ManifestError

VERSION = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PYTHON = re.compile(r"3\.\d{1,2}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FIX = "start the run again: its manifest is written anew"


class Budget(NamedTuple):
    """Seconds that all attempts of a run may take together, and those that each one's machine takes to start."""

    all_s: int
    start_s: int


class File(NamedTuple):
    """One file: its path from the folder's root with `/` between, and its content by hash and size."""

    path: str
    sha256: str
    size_bytes: int
    executable: bool = False


@dataclass(frozen=True)
class Manifest:
    """All that the runner is told; `results` is a prefix of keys, without a slash at its end."""

    code: tuple[File, ...]
    input: tuple[File, ...]
    entry: str
    python: str
    requirements_sha256: str
    image_key: str
    results: str
    timeout_s: int
    env: Mapping[str, str] = field(default_factory=dict)
    input_is_file: bool = False
    """Whether the person named one file, which the script then gets as -i, not a folder that holds it."""
    budget_s: Budget | None = None
    """What --max-cost leaves; the runner keeps to it, so that nobody has to watch."""

    @property
    def files(self) -> tuple[File, ...]:
        """Code and input, each content once."""
        return tuple({file.sha256: file for file in (*self.code, *self.input)}.values())


def to_json(manifest: Manifest) -> bytes:
    """The manifest as UTF-8 JSON, the same bytes for the same manifest.

    Raises: ManifestError for one that `from_json` would refuse.
    """
    _check(manifest)
    plain = {
        "version": VERSION,
        **{name: getattr(manifest, name) for name in _SCALARS},
        "env": dict(manifest.env),
        "input_is_file": manifest.input_is_file,
        "budget_s": manifest.budget_s,
        "code": [file._asdict() for file in manifest.code],
        "input": [file._asdict() for file in manifest.input],
    }
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


_SCALARS = {
    "entry": str,
    "python": str,
    "requirements_sha256": str,
    "image_key": str,
    "results": str,
    "timeout_s": int,
}


def from_json(content: bytes) -> Manifest:
    """The manifest of some JSON, checked.

    Raises: ManifestError.
    """
    try:
        plain = json.loads(content)
    except ValueError as error:
        raise ManifestError(f"the manifest is no JSON: {error}", _FIX) from error
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        found = plain.get("version") if isinstance(plain, dict) else type(plain).__name__
        raise ManifestError(f"the manifest has version {found}, this launcher reads {VERSION}", _FIX)
    manifest = Manifest(
        code=_files(plain, "code"),
        input=_files(plain, "input"),
        env=_env(plain),
        input_is_file=plain.get("input_is_file") is True,
        budget_s=_budget(plain),
        **{name: _typed(plain, name, kind) for name, kind in _SCALARS.items()},
    )
    _check(manifest)
    return manifest


def digest(files: Iterable[File]) -> str:
    """One hash for a set of files: the same for the same paths, contents and modes, whatever their order.

    >>> one, two = File("a", "0" * 64, 1), File("b", "1" * 64, 1)
    >>> digest([one, two]) == digest([two, one])
    True
    """
    lines = sorted(f"{file.path}\0{file.sha256}\0{int(file.executable)}\n" for file in files)
    return sha256("".join(lines).encode()).hexdigest()


def unsafe(path: str) -> str | None:
    """Why a path may not be written below a folder, or None where it may.

    >>> unsafe("data/été 1.csv"), unsafe("../x"), unsafe("/etc/passwd")
    (None, 'leaves its folder', 'is absolute')
    """
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    if ".." in path.split("/"):
        return "leaves its folder"
    if "\\" in path or "\0" in path:
        return "has a backslash or a zero byte"
    if any(part in ("", ".") for part in path.split("/")):
        return "has an empty part"
    return None


def _typed(plain: Mapping[str, Any], name: str, kind: type) -> Any:
    value = plain.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ManifestError(f"the manifest's {name} is {value!r}, expected a {kind.__name__}", _FIX)
    return value


def _budget(plain: Mapping[str, Any]) -> Budget | None:
    match plain.get("budget_s"):
        case None:
            return None
        case [int(all_s), int(start_s)]:
            return Budget(all_s, start_s)
        case found:
            raise ManifestError(f"the manifest's budget_s is {found!r}, expected two numbers of seconds", _FIX)


def _env(plain: Mapping[str, Any]) -> dict[str, str]:
    env = plain.get("env")
    if not isinstance(env, dict) or not all(isinstance(v, str) and _NAME.fullmatch(k) for k, v in env.items()):
        raise ManifestError("the manifest's env is no table of names and texts", _FIX)
    return env


def _files(plain: Mapping[str, Any], name: str) -> tuple[File, ...]:
    entries = plain.get(name)
    if not isinstance(entries, list):
        raise ManifestError(f"the manifest's {name} is no list", _FIX)
    return tuple(_file(entry, name) for entry in entries)


def _file(entry: Any, name: str) -> File:
    match entry:
        case {"path": str(path), "sha256": str(sha), "size_bytes": int(size), "executable": bool(executable)}:
            return File(path, sha, size, executable)
        case _:
            raise ManifestError(f"the manifest's {name} has an entry that is no file: {str(entry)[:80]}", _FIX)


def _check(manifest: Manifest) -> None:
    for name in ("code", "input"):
        _check_files(name, getattr(manifest, name))
    if manifest.entry not in {file.path for file in manifest.code}:
        raise ManifestError(f"the manifest's entry {manifest.entry!r} is not among its code", _FIX)
    if manifest.input_is_file and len(manifest.input) != 1:
        raise ManifestError(f"the manifest's input is one file, and lists {len(manifest.input)}", _FIX)
    if not _PYTHON.fullmatch(manifest.python):
        raise ManifestError(f"the manifest's python is {manifest.python!r}, expected 3.N", _FIX)
    if manifest.timeout_s <= 0:
        raise ManifestError(f"the manifest's timeout_s is {manifest.timeout_s}, expected more than 0", _FIX)
    if why := unsafe(manifest.results):
        raise ManifestError(f"the manifest's results {manifest.results!r} {why}", _FIX)


def _check_files(name: str, files: tuple[File, ...]) -> None:
    seen: set[str] = set()
    for file in files:
        if why := unsafe(file.path):
            raise ManifestError(f"the manifest's {name} has a path that {why}: {file.path!r}", _FIX)
        if file.path in seen:
            raise ManifestError(f"the manifest's {name} has {file.path!r} twice", _FIX)
        if not _SHA256.fullmatch(file.sha256) or file.size_bytes < 0:
            raise ManifestError(f"the manifest's {name} has no valid hash or size for {file.path!r}", _FIX)
        seen.add(file.path)
