"""Which failed shards are done again and where: those that lost their host twice go to on demand, a bug goes nowhere.

    lost        its host went away twice            on-demand queue, more attempts
    temporary   ran out of attempts by exit code 75 or a container that did not start: the same queue, once
    bug         anything else                       stays failed; mend it, and submit its shards by hand

Left out: when (`commands.submit` with --wait, `commands.status` with --move).
"""

from collections.abc import Sequence
from typing import NamedTuple

from .. import retries
from ..errors import BatchError
from ..manifest import Manifest
from . import jobs, plans
from .door import Aws
from .jobs import Job
from .plans import Note, Saved
from .progress import losses, lost_host
from .stack import Stack


class Piles(NamedTuple):
    """Numbers of shards."""

    lost: tuple[int, ...]
    temporary: tuple[int, ...]
    bug: tuple[int, ...]


def sort(children: Sequence[Job], manifest: Manifest) -> Piles:
    """The failed ones; `children` and `manifest.shards` are in the same order."""
    piles: dict[str, list[int]] = {"lost": [], "temporary": [], "bug": []}
    for child, shard in zip(children, manifest.shards, strict=True):
        if child.status == "FAILED":
            piles[pile(child)].append(shard.number)
    return Piles(*(tuple(piles[name]) for name in Piles._fields))


def pile(child: Job) -> str:
    """Where a failed child belongs; a bug in its last attempt decides, whatever was before."""
    if not child.attempts:
        return "bug"  # cancelled, or refused before it began
    last = child.attempts[-1].ending
    may_again = lost_host(last) or retries.by_rules(retries.EVALUATE_ON_EXIT, last) == "RETRY"
    if not may_again:
        return "bug"
    return "lost" if losses(child.attempts) >= retries.SPOT_ATTEMPTS else "temporary"


def move(aws: Aws, stack: Stack, note: Note, children: Sequence[Job], manifest: Manifest) -> list[Note]:
    """Submit what has ended badly by no fault of its own; what was sent on before is not sent again.

    Raises: AwsError.
    """
    piles = sort(children, manifest)
    return [
        *_submit(aws, stack, note, manifest, piles.lost, "lost", spot=False),
        *_submit(aws, stack, note, manifest, piles.temporary, "temporary", spot=note.spot),
    ]


def _submit(
    aws: Aws, stack: Stack, origin: Note, manifest: Manifest, numbers: Sequence[int], name: str, *, spot: bool
) -> list[Note]:
    if not numbers or (name == "temporary" and origin.origin):  # once: what stays away is for a person
        return []
    if not plans.claim(aws, origin.manifest, origin.job, name):
        return []
    part = manifest.only(numbers)
    try:
        saved = plans.save(aws, stack.bucket, part, part=True)
        return [begin(aws, stack, part, saved, spot=spot, origin=origin.job)]
    except BatchError:
        plans.release(aws, origin.manifest, origin.job, name)
        raise


def begin(
    aws: Aws, stack: Stack, manifest: Manifest, saved: Saved, *, spot: bool = True, origin: str | None = None
) -> Note:
    """Submit all shards of a manifest as one job and write it down.

    Raises: AwsError; OverridesError.
    """
    queue = stack.spot_queue if spot else stack.on_demand_queue
    attempts = retries.SPOT_ATTEMPTS if spot else retries.ON_DEMAND_ATTEMPTS
    name = f"reviews-{manifest.plan}{'' if spot else '-on-demand'}"
    job = jobs.submit(
        aws, name, queue, stack.job_definition, len(manifest.shards), saved.environment,
        retryStrategy=retries.strategy(attempts),
    )  # fmt: skip
    made = Note(job, saved.url, saved.sha256, spot, origin, tuple(shard.number for shard in manifest.shards))
    plans.note(aws, made)
    return made
