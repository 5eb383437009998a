"""Who takes part in a run, and a temporary folder with what they read: bodies, the original's files.

Left out: the artifact of the service, which is found as the service finds it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from . import contestants, original, texts
from .contestants import ROOT, InProcess, Server
from .process import progress

BODIES = 500
_Contestant = TypeVar("_Contestant", Server, InProcess)


class Place(NamedTuple):
    """Who takes part in one run, and where things lie."""

    bodies: str
    """A file with a body per line."""
    servers: Sequence[Server]
    in_process: Sequence[InProcess]
    rules: Sequence[InProcess] = ()
    """The classifier by each token rule."""
    stages: Sequence[InProcess] = ()
    options: Sequence[InProcess] = ()
    """The classifier when it is asked for more than a label."""
    drift: Sequence[InProcess] = ()


@contextmanager
def prepared(without: Sequence[str] = ()) -> Iterator[Place]:
    """Everything in place, gone afterwards; `without` those whose names hold one of these words."""
    # Bytecode is compiled beforehand: what is measured does not differ by who ran before.
    rooms = [os.path.join(ROOT, room) for room in ("app", "textmodel", "benchmarks")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *rooms], check=True)
    with tempfile.TemporaryDirectory() as folder:
        bodies = os.path.join(folder, "bodies.jsonl")
        with open(bodies, "wb") as file:
            file.writelines(body + b"\n" for body in texts.bodies(BODIES))
        servers = _left(contestants.servers(), without)
        in_process = _left(contestants.in_process(), without)
        if any(c.slow for c in servers) or any(c.slow for c in in_process):
            _prepare_original(folder)
            os.environ[original.FOLDER] = folder
        others = (contestants.rules(), [contestants.STAGES], contestants.options(), [contestants.DRIFT])
        yield Place(bodies, servers, in_process, *(_left(each, without) for each in others))


def _left(contestants: Iterable[_Contestant], without: Sequence[str]) -> list[_Contestant]:
    return [c for c in contestants if not any(word in c.name for word in without)]


def _prepare_original(folder: str) -> None:
    progress("fitting the original's vectorizer and network")
    command = [sys.executable, "-m", "benchmarks.original", folder]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120, stderr=subprocess.DEVNULL)
