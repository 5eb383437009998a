"""`python -m batch cancel`: end all jobs of a plan; chunks in hand are finished, and what is stored stays.

Left out: the work (`aws.jobs`).
"""

from typing import Annotated

import typer

from ..aws import jobs, watching
from ..aws.door import open_aws
from . import cloud
from .cloud import Target


def command(
    target: Target,
    reason: Annotated[str, typer.Option(help="told with each job")] = "cancelled by a person",
) -> None:
    """Cancel a plan's jobs; submitting it again does what is left."""
    with cloud.told():
        aws = open_aws()
        state = watching.look(aws, watching.manifest_of(aws, target))
        going = [known.note.job for known in state.jobs if not known.job.ended]
        for job in going:
            jobs.cancel(aws, job, reason)
        print(f"{len(going)} jobs are told to end." if going else "All jobs of the plan have ended already.")
