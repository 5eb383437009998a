"""One rehearsed account for the tests of the engine, and projects to run there.

Left out: faults, which each test asks for itself.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.aws.destroy import destroy
from launcher.aws.waiting import why
from launcher.engines.aws import AwsEngine
from launcher.engines.protocol import Job, Status
from launcher.options import Options
from launcher.prepare import prepare
from launcher.rehearsal.world import World, rehearsing

SCRIPT = """\
import argparse, pathlib

parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
told = parser.parse_args()
for path in pathlib.Path(told.i).rglob("*.txt"):
    (pathlib.Path(told.o) / path.name).write_text(path.read_text().upper())
print("made upper case")
"""
_NUMBERS = itertools.count(1)
_PATIENCE_S = 120.0


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with rehearsing() as found:
        yield found
        assert found.batch.errors == []


@pytest.fixture(autouse=True)
def _as_usual(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test's faults end with it."""
    yield
    if "world" in request.fixturenames:
        found = request.getfixturevalue("world")
        found.front.befall = lambda _operation, _count: None
        found.batch.lose.clear()
        found.batch.go.set()


@pytest.fixture
def run_id() -> str:
    return f"20260301-120000-{next(_NUMBERS):04}"


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    """A function: a run id, the script and any options to a job; the names have blanks and accents."""

    def make(run_id: str, script: str = SCRIPT, requirements: str = "", **more: Any) -> Job:
        project, data = tmp_path / f"projet été {run_id}", tmp_path / "données un"
        project.mkdir()
        data.mkdir(exist_ok=True)
        (project / "main.py").write_text(script, encoding="utf-8")
        if requirements:
            (project / "requirements.txt").write_text(requirements)
        (data / "façade 1.txt").write_text("a line\n", encoding="utf-8")
        told = {"vcpus": 2, "memory_gb": 4, "timeout_s": 120, **more}
        return prepare(
            Options(project=str(project), input=str(data), output=str(tmp_path / f"results {run_id}"), **told), run_id
        )

    return make


@pytest.fixture
def engine(world: World, tmp_path: Path) -> AwsEngine:
    return AwsEngine(world.door(), str(tmp_path / "state"), destroy=destroy, why=why)


def followed(engine: AwsEngine, run_id: str, until: Callable[[Status], bool] = lambda s: s.state.ended) -> Status:
    """The first status that is waited for."""
    patience_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience_s:
        found = engine.status(run_id)
        if until(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"run {run_id} stays {found}")
