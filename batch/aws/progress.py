"""How an array job stands: children by status, attempts, machines lost, rows done, and what failed with its reason.

Left out: why a child waits (`aws.waiting`), sending children elsewhere (`aws.moving`).
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from .. import retries
from ..manifest import Manifest
from .jobs import Attempt, Job


class Failure(NamedTuple):
    """A shard that will not be tried again by itself."""

    shard: int
    attempts: int
    lost: int
    exit_code: int | None
    reason: str


class Standing(NamedTuple):
    """Of one job: its shards by status, attempts, hosts lost, rows in shards that succeeded and in all."""

    job: str
    status: str
    by_status: dict[str, int]
    attempts: int
    lost: int
    rows_done: int
    rows: int
    failures: tuple[Failure, ...]


def standing(job: Job, children: Sequence[Job], manifest: Manifest) -> Standing:
    """`children` and `manifest.shards` are in the same order."""
    pairs = list(zip(children, manifest.shards, strict=True))
    done = sum(shard.rows for child, shard in pairs if child.status == "SUCCEEDED")
    failures = [_failure(child, shard.number) for child, shard in pairs if child.status == "FAILED"]
    by_status = Counter(child.status for child in children)
    return Standing(
        job.id, job.status, dict(by_status), sum(len(child.attempts) for child in children),
        sum(losses(child.attempts) for child in children), done, manifest.rows, tuple(failures),
    )  # fmt: skip


def losses(attempts: Sequence[Attempt]) -> int:
    """How many attempts lost their host."""
    return sum(lost_host(attempt.ending) for attempt in attempts)


def lost_host(ending: retries.Ending) -> bool:
    """Whether the machine went away: AWS says so, or the job was told to stop and nobody here told it.

    A container that obeys SIGTERM at once can be reported before its machine is.
    """
    if ending.exit_code == 0:
        return False
    if ending.status_reason.startswith(retries.HOST_LOST):
        return True
    return ending.exit_code == retries.TERMINATED and ending.status_reason.startswith("Essential container")


def _failure(child: Job, shard: int) -> Failure:
    last = child.attempts[-1].ending if child.attempts else retries.Ending(None, child.status_reason)
    reason = "; ".join(filter(None, (last.status_reason or child.status_reason, last.reason)))
    return Failure(shard, len(child.attempts), losses(child.attempts), last.exit_code, reason)
