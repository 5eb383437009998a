"""An interpreter of a version on this machine, tried before it is trusted: a pyenv shim may be there and not run.

Left out: installing one, which is the person's decision.
"""

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_ASK = "import sys, venv; print(sys.version.split()[0])"
_TIMEOUT_S = 20


class Python(NamedTuple):
    """An interpreter and its whole version, as 3.12.4."""

    path: str
    version: str

    @property
    def minor(self) -> str:
        """
        >>> Python("/usr/bin/python3", "3.12.4").minor
        '3.12'
        """
        return ".".join(self.version.split(".")[:2])


def find(wanted: str, environ: Mapping[str, str]) -> Python:
    """One of the version `wanted` (3.N); this one where there is none, which `minor` then shows."""
    here = Python(sys.executable, ".".join(map(str, sys.version_info[:3])))
    if here.minor == wanted:
        return here
    for path in _candidates(wanted, environ):
        if (version := _ask(path, environ)) and Python(path, version).minor == wanted:
            return Python(path, version)
    return here


def _candidates(wanted: str, environ: Mapping[str, str]) -> Iterator[str]:
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if found := shutil.which(f"python{wanted}", path=folder):
            yield found
    pyenv = environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    yield from sorted(glob.glob(f"{glob.escape(pyenv)}/versions/{wanted}.*/bin/python{wanted}"), reverse=True)


def _ask(path: str, environ: Mapping[str, str]) -> str:
    """Its version, empty where it does not run or has no venv."""
    plain = without_python(environ)
    try:
        done = subprocess.run([path, "-c", _ASK], env=plain, capture_output=True, text=True, timeout=_TIMEOUT_S)  # noqa: S603, PLW1510
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def without_python(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nothing points an interpreter at somebody else's packages.

    >>> without_python({"PYTHONPATH": "/mine", "VIRTUAL_ENV": "/v", "PIP_CERT": "/c"})
    {'PIP_CERT': '/c'}
    """
    return {
        n: v
        for n, v in environ.items()
        if not n.startswith("PYTHON") and n not in ("VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    }
