"""`python -m batch submit`: a manifest becomes an array job on spot machines.

Left out: the work (`aws.moving`, `aws.watching`).
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from .. import codes
from ..aws import moving, plans, stack, watching
from ..aws.door import open_aws
from ..aws.plans import Note
from ..aws.watching import State
from ..errors import PlanError
from ..manifest import Manifest
from . import cloud, status
from .cloud import STACK, StackName


def command(
    manifest: Annotated[str, typer.Argument(help="the address that `plan` has told")],
    only: Annotated[str | None, typer.Option(help="numbers of shards with commas between, to do these again")] = None,
    on_demand: Annotated[bool, typer.Option("--on-demand", help="not on spot machines")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="until all is done, moving what lost its machine twice")] = False,
    every_s: Annotated[float, typer.Option(min=0, help="seconds between two looks")] = watching.EVERY_S,
    stack_name: StackName = STACK,
) -> None:
    """Submit a plan; the job's id is the last line, and with --wait how it ended."""
    with cloud.told():
        aws = open_aws()
        where = stack.find(aws, stack_name)
        saved, plan = plans.open_plan(aws, manifest)
        if only is not None:
            plan = plan.only(_numbers(only, plan))
            saved = plans.save(aws, where.bucket, plan, part=True)
        note = moving.begin(aws, where, plan, saved, spot=not on_demand)
        print(note.job, flush=True)
        if wait:
            state = watching.watch(aws, where, saved.url, _say, every_s)
            status.tell(state, [])
            raise typer.Exit(codes.DONE if state.complete else codes.FAILED)


def _numbers(text: str, plan: Manifest) -> list[int]:
    """Raises: PlanError."""
    known = {shard.number for shard in plan.shards}
    parts = [part.strip() for part in text.split(",")]
    found = [int(part) for part in parts if part.isdecimal()]
    if len(found) != len(parts) or not set(found) <= known:
        raise PlanError(f"{text!r} are not numbers of shards with commas between, of {min(known)} to {max(known)}")
    return found


def _say(state: State, moved: Sequence[Note]) -> None:
    parts = [f"{len(state.done):,} of {len(state.plan.shards):,} shards done"]
    parts += [f"{sum(known.standing.lost for known in state.jobs)} machines lost"]
    print(", ".join(parts), flush=True)
    for note in moved:
        print(status.moved(note), flush=True)
