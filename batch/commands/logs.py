"""`python -m batch logs`: what the attempts of one shard wrote.

Left out: the work (`aws.logs`).
"""

from typing import Annotated

import typer

from ..aws import logs, watching
from ..aws.door import open_aws
from ..errors import PlanError
from . import cloud
from .cloud import Target


def command(
    target: Target,
    shard: Annotated[int, typer.Argument(min=0, help="its number")],
    last: Annotated[bool, typer.Option("--last", help="only the last attempt")] = False,
) -> None:
    """Print the log of a shard, attempt by attempt, over all jobs that did it."""
    with cloud.told():
        aws = open_aws()
        state = watching.look(aws, watching.manifest_of(aws, target))
        found = [
            (known, number, attempt)
            for known in state.jobs
            for child, one in zip(known.children, known.manifest.shards, strict=True)
            if one.number == shard
            for number, attempt in enumerate(child.attempts, 1)
        ]
        if not found:
            raise PlanError(f"shard {shard} has no attempt yet, or there is no such shard")
        for known, number, attempt in found[-1:] if last else found:
            code = "" if attempt.ending.exit_code is None else f", exit code {attempt.ending.exit_code}"
            print(f"== job {known.note.job}, attempt {number}: {attempt.ending.status_reason}{code}")
            if attempt.log_stream:
                for line in logs.lines(aws, known.job.log_group, attempt.log_stream):
                    print(line)
