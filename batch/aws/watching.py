"""All jobs of a plan: how they stand together, moved when they lost their machines, watched until every shard is done.

Left out: words for a person (`commands.status`).
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..errors import AwsError
from ..manifest import Manifest
from . import jobs, moving, plans, progress
from .door import Aws
from .jobs import Job
from .plans import Note, Saved
from .progress import Standing
from .stack import Stack

EVERY_S = 20.0


class Known(NamedTuple):
    """One job of a plan: what was noted of it, itself, its children and their shards, and how it stands."""

    note: Note
    job: Job
    children: tuple[Job, ...]
    manifest: Manifest
    standing: Standing


class State(NamedTuple):
    """The plan and its jobs, the first one first."""

    plan: Manifest
    jobs: tuple[Known, ...]

    @property
    def done(self) -> set[int]:
        """Shards that succeeded in some job."""
        pairs = ((c, s) for known in self.jobs for c, s in zip(known.children, known.manifest.shards, strict=True))
        return {shard.number for child, shard in pairs if child.status == "SUCCEEDED"}

    @property
    def ended(self) -> bool:
        return all(known.job.ended for known in self.jobs)

    @property
    def complete(self) -> bool:
        return self.done >= {shard.number for shard in self.plan.shards}


def look(aws: Aws, manifest_url: str, sleep: Callable[[float], None] = time.sleep) -> State:
    """Raises: AwsError; ManifestError."""
    _, plan = plans.open_plan(aws, f"{manifest_url.rpartition('/')[0]}/manifest.json")
    notes = plans.notes(aws, manifest_url)
    found = [_known(aws, note, sleep) for note in notes]
    return State(plan, tuple(sorted(found, key=lambda known: (known.note.origin is not None, known.note.job))))


def _known(aws: Aws, note: Note, sleep: Callable[[float], None]) -> Known:
    manifest = plans.load(aws, Saved(note.manifest, note.manifest_sha256))
    (job,) = jobs.describe(aws, [note.job], sleep)
    children = jobs.children(aws, job, sleep)
    return Known(note, job, tuple(children), manifest, progress.standing(job, children, manifest))


def move(aws: Aws, stack: Stack, state: State) -> list[Note]:
    """Send on what failed by no fault of its own, of jobs that have ended.

    Raises: AwsError.
    """
    ended = (known for known in state.jobs if known.job.ended)
    return [note for known in ended for note in moving.move(aws, stack, known.note, known.children, known.manifest)]


def watch(
    aws: Aws,
    stack: Stack,
    manifest_url: str,
    say: Callable[[State, Sequence[Note]], None],
    every_s: float = EVERY_S,
    sleep: Callable[[float], None] = time.sleep,
) -> State:
    """Look, move and tell, until all jobs of the plan have ended and nothing is left to move.

    Raises: AwsError; ManifestError.
    """
    while True:
        state = look(aws, manifest_url, sleep)
        moved = move(aws, stack, state)
        say(state, moved)
        if state.ended and not moved:
            return state
        sleep(every_s)


def manifest_of(aws: Aws, target: str) -> str:
    """The manifest's address, given as it is or by a job's id.

    Raises: AwsError.
    """
    if target.startswith("s3://"):
        return target
    (job,) = jobs.describe(aws, [target.partition(":")[0]])
    url = job.environment.get("UNDERTONE_MANIFEST")
    if not url:
        raise AwsError("batch.describe_jobs", "OtherJob", f"{target} is no job of a plan of reviews")
    return url
