"""One run of a script on a sample, in a copy of its project, with a home and a temporary folder of its own.

What it wrote is known from two sides: what the folders hold before and after, and what Python says that it opens.
Left out: what is made of it (`check`).
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import ProjectError
from .project import Project

WATCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "watching")
FOLDERS = ("code", "input", "home", "tmp", "output")
_PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy")
_HARMLESS = ("home/.cache/", "home/.config/", "/dev/", "/proc/")


@dataclass(frozen=True)
class Ended:
    """What came of it: `code` None where it had to be killed, `said` is the end of what it wrote."""

    code: int | None
    took_s: float
    said: str
    outputs: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """What it wrote, changed or removed outside -o, below the copy as `code/...`, or absolute."""
    left_in_tmp: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A folder for trials of one project with one interpreter; each has a fresh copy."""

    folder: str
    project: Project
    python: str
    environ: Mapping[str, str]
    env: Mapping[str, str] = field(default_factory=dict)

    def ask(self, arguments: list[str], limit_s: float) -> Ended:
        """Start the script with some arguments, as --help."""
        place = self._place("ask", None)
        return self._run(place, arguments, limit_s)

    def on_sample(self, sample: str, *, is_file: bool, limit_s: float) -> Ended:
        """Run it on a sample, a file or a folder, and look what it wrote."""
        place = self._place("sample", sample)
        before = _snapshot(place)
        ended = self._run(place, self._arguments(place, sample, is_file=is_file), limit_s)
        after = _snapshot(place)
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        outputs = sorted(path.removeprefix("output/") for path in changed if path.startswith("output/"))
        tmp = sorted(path.removeprefix("tmp/") for path in changed if path.startswith("tmp/"))
        seen = {path for path in changed if not path.startswith(("output/", "tmp/"))} | self._noted(place)
        elsewhere = sorted(path for path in seen if not f"{path}/".startswith(_HARMLESS) and "__pycache__" not in path)
        return Ended(ended.code, ended.took_s, ended.said, tuple(outputs), tuple(elsewhere), tuple(tmp))

    def told_to_end(self, sample: str, *, is_file: bool, after_s: float, grace_s: float) -> Ended:
        """Start it on a sample and send SIGTERM `after_s` later; `code` None where it had not ended `grace_s` later."""
        place = self._place("told", sample)
        process = self._start(place, self._arguments(place, sample, is_file=is_file))
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGTERM)
        begun = time.monotonic()
        return Ended(_waited(process, grace_s), time.monotonic() - begun, _said(place))

    def _place(self, name: str, sample: str | None) -> str:
        place = os.path.join(self.folder, name)
        for one in FOLDERS:
            os.makedirs(os.path.join(place, one))
        for file in self.project.files:
            target = os.path.join(place, "code", file.path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(os.path.join(self.project.root, file.path), target)
        if sample and os.path.isdir(sample):
            shutil.copytree(sample, os.path.join(place, "input"), dirs_exist_ok=True)
        elif sample:
            shutil.copy2(sample, os.path.join(place, "input", os.path.basename(sample)))
        return place

    def _arguments(self, place: str, sample: str, *, is_file: bool) -> list[str]:
        given = os.path.join(place, "input")
        return ["-i", os.path.join(given, os.path.basename(sample)) if is_file else given,
                "-o", os.path.join(place, "output")]  # fmt: skip

    def _run(self, place: str, arguments: list[str], limit_s: float) -> Ended:
        begun = time.monotonic()
        code = _waited(self._start(place, arguments), limit_s)
        return Ended(code, time.monotonic() - begun, _said(place))

    def _start(self, place: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        passed = {name: self.environ[name] for name in _PASSED if name in self.environ}
        env = {
            **passed, **self.env, "HOME": os.path.join(place, "home"), "TMPDIR": os.path.join(place, "tmp"),
            "PYTHONPATH": WATCH, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
            "LAUNCHER_WATCH_NOTES": os.path.join(place, "notes"),
        }  # fmt: skip
        env["PATH"] = os.pathsep.join([os.path.dirname(self.python), env.get("PATH", os.defpath)])
        try:
            with open(os.path.join(place, "said"), "wb") as said:
                return subprocess.Popen(  # noqa: S603
                    [self.python, self.project.entry, *arguments], cwd=os.path.join(place, "code"), env=env,
                    stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise ProjectError(f"{self.project.entry} cannot be started: {error.strerror}") from error

    def _noted(self, place: str) -> set[str]:
        """Writes outside -o and the temporary folder that Python told of; below the copy as `code/...`."""
        try:
            with open(os.path.join(place, "notes"), "rb") as file:
                paths = {os.path.realpath(os.fsdecode(path)) for path in file.read().split(b"\0") if path}
        except FileNotFoundError:
            return set()
        real = os.path.realpath(place) + os.sep
        inside = {path.removeprefix(real) for path in paths if path.startswith(real)}
        return {path for path in inside if not path.startswith(("output", "tmp"))} | {
            path for path in paths if not path.startswith(real)
        }


def _waited(process: subprocess.Popen[bytes], limit_s: float) -> int | None:
    """Its exit code; None where it was killed since it did not end. Nothing of its group is left."""
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _said(place: str) -> str:
    """The last 2,000 bytes that it wrote."""
    with open(os.path.join(place, "said"), "rb") as file:
        file.seek(max(0, os.path.getsize(file.name) - 2000))
        return file.read().decode(errors="replace").strip()


def _snapshot(place: str) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file below the trial's folders."""
    found = {}
    for name in FOLDERS:
        for where, _, names in os.walk(os.path.join(place, name)):
            for one in names:
                path = os.path.join(where, one)
                stat = os.lstat(path)
                found[os.path.relpath(path, place)] = (stat.st_size, stat.st_mtime_ns)
    return found
