"""Fresh environments by the hash of what is in them: made once with venv and pip, kept in the cache, used by many runs.

An environment is complete when its mark is there; one that was left half made is made anew. Left out: interpreters
(`pythons`), and images, which `aws.image` makes from the same requirements.
"""

import fcntl
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import NamedTuple

from . import pythons
from .errors import EngineError, ProjectError
from .pythons import Python

_MARK = ".complete"
_SHOWN = ("Collecting ", "Downloading ", "Building ", "Installing ")
_LISTED_WRONG = (
    "No matching distribution", "Could not find a version", "ResolutionImpossible", "Invalid requirement",
    "conflicting dependencies", "Hashes are required", "DO NOT MATCH THE HASHES", "requires a different Python",
)  # fmt: skip
"""What pip says when the list cannot be met."""
_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ProxyError",
    "SSLError",
    "ReadTimeout",
)
"""What it says before that when it could not ask."""


class Environment(NamedTuple):
    """The interpreter to start, its version, and whether it was made just now."""

    python: str
    version: str
    made: bool


def key(requirements: bytes, python: Python) -> str:
    """The name of an environment: the same for the same requirements, interpreter and machine."""
    what = [requirements, python.path.encode(), python.version.encode(), platform.machine().encode()]
    return sha256(b"\0".join(what)).hexdigest()[:20]


def ready(
    requirements: bytes, wanted: str, cache: str, environ: Mapping[str, str], say: Callable[[str], None],
    *, fresh: bool = False,
) -> Environment:  # fmt: skip
    """An environment with the requirements, made where it is not there; `fresh` makes it anew.

    Raises: ProjectError where the requirements cannot be met, EngineError where it cannot be made now.
    """
    python = pythons.find(wanted, environ)
    if python.minor != wanted:
        say(f"Python {wanted} is not installed here: Python {python.minor} runs the script")
    folder = os.path.join(cache, "environments", key(requirements, python))
    interpreter, mark = os.path.join(folder, "bin", "python"), os.path.join(folder, _MARK)
    with _alone(folder):
        if os.path.exists(mark) and os.path.exists(interpreter) and not fresh:
            os.utime(mark)
            return Environment(interpreter, python.version, made=False)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _make(folder, requirements, python, environ, say)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with open(mark, "wb"):
            pass
    return Environment(interpreter, python.version, made=True)


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Two runs that need the same environment make it once."""
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        lock = open(f"{folder}.lock", "wb")  # noqa: SIM115
    except OSError as error:
        raise EngineError(f"no environment can be kept in {error.filename}: {error.strerror}",
                          "name another folder with LAUNCHER_CACHE") from error  # fmt: skip
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(
    folder: str, requirements: bytes, python: Python, environ: Mapping[str, str], say: Callable[[str], None]
) -> None:
    needs = [line for line in requirements.decode().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    say(f"making an environment: Python {python.version}, {len(needs)} requirement{'s' * (len(needs) != 1)}")
    plain = pythons.without_python(environ)
    _call([python.path, "-m", "venv", *(["--without-pip"] if not needs else []), folder], plain, say)
    if needs:
        listed = os.path.join(folder, "requirements.txt")
        with open(listed, "wb") as file:
            file.write(requirements)
        _call([os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--no-input", "--progress-bar", "off",
               "--disable-pip-version-check", "--no-warn-script-location", "-r", listed], plain, say)  # fmt: skip


def _call(command: list[str], environ: dict[str, str], say: Callable[[str], None]) -> None:
    lines: list[str] = []
    try:
        process = subprocess.Popen(  # noqa: S603
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be started: {error.strerror}") from error
    with process:
        try:
            for line in process.stdout or ():
                lines.append(line.strip())
                if line.startswith(_SHOWN):
                    say(f"  {line.partition(' (from ')[0].strip()[:100]}")
        except BaseException:  # Ctrl-C: what was begun is of no use
            process.kill()
            raise
    if process.returncode:
        raise _refused(lines)


def _refused(lines: list[str]) -> ProjectError | EngineError:
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    said = (errors or [line for line in lines if line] or ["it said nothing"])[-1][:300]
    message = f"the requirements cannot be installed: {said}"
    text = "\n".join(lines)
    if any(word in text for word in _LISTED_WRONG) and not any(word in text for word in _NO_NETWORK):
        return ProjectError(message, "mend requirements.txt, or choose another version with --python")
    return EngineError(message, "try again; if it stays so, install the requirements by hand to see why")
