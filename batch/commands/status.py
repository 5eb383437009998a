"""`python -m batch status`: how the jobs of a plan stand, what failed and why, and why something waits.

Left out: the work (`aws.watching`, `aws.waiting`).
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from .. import codes
from ..aws import stack, waiting, watching
from ..aws.door import Aws, open_aws
from ..aws.jobs import STATUSES
from ..aws.moving import pile
from ..aws.plans import Note
from ..aws.watching import Known, State
from . import cloud
from .cloud import STACK, StackName, Target

_MOST_FAILURES = 20


def command(
    target: Target,
    move: Annotated[bool, typer.Option("--move", help="send on what lost its machine twice")] = False,
    stack_name: StackName = STACK,
) -> None:
    """Tell how a plan's jobs stand; exits with 1 when all have ended and rows are missing."""
    with cloud.told():
        aws = open_aws()
        state = watching.look(aws, watching.manifest_of(aws, target))
        sent = watching.move(aws, stack.find(aws, stack_name), state) if move else []
        tell(state, list(_reasons(aws, state)))
        for note in sent:
            print(moved(note))
    raise typer.Exit(codes.FAILED if state.ended and not state.complete and not sent else codes.DONE)


def tell(state: State, reasons: Sequence[str]) -> None:
    """The table of jobs, failures, and why something waits."""
    table = cloud.table("job", "on", "status", "#shards", "#waiting", "#running", "#succeeded", "#failed", "#attempts",
                        "#machines lost")  # fmt: skip
    for known in state.jobs:
        count = known.standing.by_status.get
        waiting_ones = sum(count(name, 0) for name in STATUSES[:4])
        table.add_row(
            known.note.job, "spot" if known.note.spot else "on demand", known.standing.status,
            *(f"{n:,}" for n in (len(known.children), waiting_ones, count("RUNNING", 0), count("SUCCEEDED", 0),
                                 count("FAILED", 0), known.standing.attempts, known.standing.lost)),
        )  # fmt: skip
    cloud.show(table)
    rows = sum(shard.rows for shard in state.plan.shards if shard.number in state.done)
    print(
        f"{len(state.done):,} of {len(state.plan.shards):,} shards and {rows:,} of {state.plan.rows:,} rows are done."
    )
    for line in (*_failures(state), *reasons):
        print(line)


def moved(note: Note) -> str:
    place = "the spot queue" if note.spot else "on demand"
    return f"{len(note.shards):,} shards were sent to {place} as job {note.job}."


def _failures(state: State) -> Iterator[str]:
    failed = [(known, f) for known in state.jobs for f in known.standing.failures if f.shard not in state.done]
    for known, failure in failed[:_MOST_FAILURES]:
        code = "no exit code" if failure.exit_code is None else f"exit code {failure.exit_code}"
        kind = pile(next(c for c, s in zip(known.children, known.manifest.shards, strict=True)
                         if s.number == failure.shard))  # fmt: skip
        again = "; not tried again, as trying again does not mend it" if kind == "bug" else ""
        print_as = (
            f"Shard {failure.shard}: {failure.attempts} attempts, {code}, {failure.reason or 'no reason'}{again}."
        )
        yield print_as
    if len(failed) > _MOST_FAILURES:
        yield f"... and {len(failed) - _MOST_FAILURES:,} more shards."


def _reasons(aws: Aws, state: State) -> Iterator[str]:
    """One sentence for each job of which something waits and nothing runs."""
    for known in state.jobs:
        if _stuck(known):
            first = next(child for child in known.children if child.status == "RUNNABLE")
            sentence = waiting.why(aws, known.job.queue, known.job.definition, first.vcpus, first.status_reason)
            yield f"Why {known.note.job} waits: {sentence}"


def _stuck(known: Known) -> bool:
    count = known.standing.by_status.get
    return count("RUNNABLE", 0) > 0 and not count("RUNNING", 0) and not count("STARTING", 0)
