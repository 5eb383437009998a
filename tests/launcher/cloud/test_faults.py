"""A fault at every step of the plan: the launcher undoes what it made, and where it was killed instead, sweep does.

Each fault comes twice. "undone": the launcher lives on and removes all itself, and a sweep afterwards finds nothing.
"killed": nothing was undone, as when the computer is switched off, and a sweep finds and removes everything.
"""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launcher.aws.decide import Wanted
from launcher.aws.destroy import destroy
from launcher.aws.sweep import sweep
from launcher.aws.teardown import Teardown
from launcher.aws.waiting import why
from launcher.engines.aws import AwsEngine
from launcher.engines.protocol import Job
from launcher.errors import LauncherError
from launcher.options import Options
from launcher.prepare import prepare
from launcher.rehearsal.front import Answer
from launcher.rehearsal.world import World, rehearsing
from tests.launcher.cloud.scenery import HOME, remains

pytestmark = pytest.mark.rehearsal
_NUMBERS = itertools.count(1)
_HEAD = {"Content-Type": "application/json"}
THROTTLED = Answer(400, json.dumps({"__type": "ThrottlingException", "message": "slow"}).encode(), _HEAD)
DENIED = Answer(403, json.dumps({"__type": "AccessDeniedException", "message": "no"}).encode(), _HEAD)
DENIED_XML = Answer(403, b"<Response><Errors><Error><Code>AccessDenied</Code></Error></Errors></Response>")
NO_ANSWER = Answer(0)
NO_SCRIPT = "import sys\nsys.exit(3)\n"
SCRIPT = "import pathlib, sys\n(pathlib.Path(sys.argv[4]) / 'done é.txt').write_text('done')\n"


@dataclass(frozen=True)
class Fault:
    """What goes wrong: the answer to an operation, from its `since`-th call in this test on, `times` times."""

    operation: str
    answer: Answer
    since: int = 1
    times: int = 10**9


FAULTS = {
    "schedule: access denied": Fault("scheduler.POST", DENIED),
    "schedule: throttled for good": Fault("scheduler.POST", THROTTLED),
    "upload: no network": Fault("s3.PUT", NO_ANSWER, times=60),
    "upload: no network after the first file": Fault("s3.PUT", NO_ANSWER, since=2, times=60),
    "image: build may not begin": Fault("codebuild.StartBuild", DENIED),
    "image: no network while it is built": Fault("codebuild.BatchGetBuilds", NO_ANSWER, times=30),
    "stack: access denied": Fault("cloudformation.CreateStack", DENIED_XML),
    "stack: no network once it is being made": Fault("cloudformation.DescribeStackEvents", NO_ANSWER, times=30),
    "submit: access denied": Fault("batch.SubmitJob", DENIED),
    "submit: no answer, and not done": Fault("batch.SubmitJob", NO_ANSWER),
    "submit: throttled for good": Fault("batch.SubmitJob", THROTTLED),
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with rehearsing() as found:
        yield found
        assert found.batch.errors == []


@pytest.fixture(autouse=True)
def _as_usual(world: World) -> Iterator[None]:
    """A test begins in an account without runs, and its faults end with it."""
    world.batch.go.set()
    yield
    world.front.befall = lambda _operation, _count: None
    world.batch.lose.clear()
    world.batch.go.set()
    swept(world)


@pytest.fixture
def job(tmp_path: Path) -> Callable[[str], Job]:
    def make(script: str = SCRIPT) -> Job:
        project, data = tmp_path / "projet été", tmp_path / "données un"
        project.mkdir()
        data.mkdir()
        (project / "main.py").write_text(script)
        (project / "requirements.txt").write_text(f"# {time.monotonic_ns()}\n")  # an image of its own
        (data / "façade.txt").write_text("a line\n")
        told = Options(project=str(project), input=str(data), output=str(tmp_path / "out"), timeout_s=120, spot=True)
        return prepare(told, f"20260301-130000-{next(_NUMBERS):04}")

    return make


def engine(world: World, tmp_path: Path, *, killed: bool = False) -> AwsEngine:
    return AwsEngine(world.door(), str(tmp_path / "state"), destroy=nobody if killed else soon, why=why)


soon = functools.partial(destroy, patience_s=3)
"""Gives up early where nothing changes any more."""


def nobody(_aws: Any, home: Any, *_rest: Any) -> Teardown:
    """The launcher is dead: nothing is undone, and nothing is proved."""
    return Teardown(home.account, home.region, 0.0, (), (), (), {}, {})


def swept(world: World) -> Teardown:
    return sweep(world.door(), HOME, Wanted(going=True), lambda _line: None, patience_s=60)


def befall(world: World, fault: Fault) -> None:
    before = world.front.asked[fault.operation]

    def answer(operation: str, count: int) -> Answer | None:
        number = count - before
        hit = operation == fault.operation and fault.since <= number < fault.since + fault.times
        return fault.answer if hit else None

    world.front.befall = answer


def calm(world: World) -> None:
    """The fault is over, as when somebody comes back to it an hour later."""
    world.front.befall = lambda _operation, _count: None


def there(world: World) -> set[str]:
    return remains(world.url)


@pytest.mark.parametrize("killed", [False, True], ids=["undone", "killed"])
@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_nothing_is_left(
    world: World, tmp_path: Path, job: Callable[..., Job], name: str, *, killed: bool
):
    """Start fails with an error that a person can read; then the account is as empty as before."""
    befall(world, FAULTS[name])
    with pytest.raises(LauncherError):
        engine(world, tmp_path, killed=killed).start(job(), lambda _line: None)
    calm(world)
    if killed and not name.startswith("schedule"):
        assert there(world)
    receipt = swept(world)
    assert receipt.clean
    assert there(world) == set()


def test_a_launcher_that_lives_leaves_the_sweep_nothing(world: World, tmp_path: Path, job: Callable[..., Job]):
    """The stack may not be made: start itself removed the schedule, the blobs, the image."""
    befall(world, FAULTS["stack: access denied"])
    with pytest.raises(LauncherError):
        engine(world, tmp_path).start(job(), lambda _line: None)
    assert there(world) == set()
    calm(world)
    assert swept(world).removed == ()


def test_a_network_that_goes_between_submit_and_describe(world: World, tmp_path: Path, job: Callable[..., Job]):
    """The job is there and nobody looks any more; it waits for its machine, and a sweep ends it."""
    world.batch.go.clear()
    made = engine(world, tmp_path)
    a_job = job()
    made.start(a_job, lambda _line: None)
    world.front.befall = lambda operation, _count: NO_ANSWER if operation.startswith("batch.") else None
    with pytest.raises(LauncherError):
        made.status(a_job.run_id)
    with pytest.raises(LauncherError):
        made.destroy(a_job.run_id, lambda _line: None)
    calm(world)
    receipt = swept(world)
    assert receipt.clean
    assert "told to end" in {step for one in receipt.removed if one.kind == "job" for step in one.steps}
    assert there(world) == set()


def test_a_job_that_may_not_be_ended_goes_with_its_queue(world: World, tmp_path: Path, job: Callable[..., Job]):
    """As one that EventBridge submitted, which bears no tag."""
    world.batch.go.clear()
    engine(world, tmp_path).start(job(), lambda _line: None)
    befall(world, Fault("batch.TerminateJob", DENIED))
    assert swept(world).clean
    for one in world.batch.jobs.values():
        one.told_to_end = "its queue is gone"  # AWS ends the jobs of a deleted queue, the rehearsal does not
    assert there(world) == set()


def test_a_job_that_goes_on_is_spared_until_it_is_named(world: World, tmp_path: Path, job: Callable[..., Job]):
    """`sweep` by somebody else does not end it; `sweep RUN` does."""
    world.batch.go.clear()
    a_job = job()
    engine(world, tmp_path).start(a_job, lambda _line: None)
    before = there(world)
    spared = sweep(world.door(), HOME, Wanted(), lambda _line: None)
    assert (spared.clean, spared.removed) == (False, ())
    assert there(world) == before
    assert sweep(world.door(), HOME, Wanted(frozenset([a_job.run_id])), lambda _line: None).clean
    assert there(world) == set()


def test_a_job_that_lost_its_host(world: World, tmp_path: Path, job: Callable[..., Job]):
    """Both attempts on spot lose it: its job on demand belongs to the run and goes with it."""
    a_job = job()
    name = f"launcher-{a_job.run_id}"
    world.batch.lose |= {(name, 1), (name, 2)}
    made = engine(world, tmp_path)
    made.start(a_job, lambda _line: None)
    _until(lambda: made.status(a_job.run_id).state.ended)
    assert len(made.attempts(a_job.run_id)) == 3
    assert swept(world).clean
    assert there(world) == set()


def test_a_script_that_fails(world: World, tmp_path: Path, job: Callable[..., Job]):
    made, a_job = engine(world, tmp_path), job(NO_SCRIPT)
    made.start(a_job, lambda _line: None)
    _until(lambda: made.status(a_job.run_id).state.ended)
    made.destroy(a_job.run_id, lambda _line: None)
    assert there(world) == set()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("cloudformation.DeleteStack", THROTTLED, times=5),
        Fault("cloudformation.DeleteStack", DENIED_XML),
        Fault("batch.describejobqueues", NO_ANSWER, times=20),
        Fault("s3.POST", NO_ANSWER, times=20),
        Fault("tagging.GetResources", DENIED),
    ],
    ids=lambda fault: fault.operation,
)
def test_a_teardown_that_is_disturbed(world: World, tmp_path: Path, job: Callable[..., Job], fault: Fault):
    """Whatever destroy could not do is told by an error, and a sweep later does it."""
    made, a_job = engine(world, tmp_path), job()
    made.start(a_job, lambda _line: None)
    _until(lambda: made.status(a_job.run_id).state.ended)
    befall(world, fault)
    try:
        made.destroy(a_job.run_id, lambda _line: None)
        proved = True
    except LauncherError:
        proved = False
    assert not (proved and there(world))
    calm(world)
    assert swept(world).clean
    assert there(world) == set()


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)
