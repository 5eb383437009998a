"""One look at a run in AWS: its jobs, its attempts, the machines they had, where its log is, why it waits.

Left out: what all that means (`standing`).
"""

from collections.abc import Iterator
from typing import Protocol

from ..engines.protocol import Attempt
from ..errors import AwsError
from ..names import RunNames
from . import jobs, logs, objects, standing
from .door import Aws

TAKEOVER_S = 120.0
"""How long EventBridge has to submit the job on demand, after which this process does."""
_NO_LOG = "ResourceNotFoundException"


class Why(Protocol):
    """Why a job waits in a queue, in one sentence (`waiting.why`)."""

    def __call__(self, aws: Aws, queue: str, definition: str, vcpus: float) -> str: ...


class Looking:
    """Asks about runs of one account; `bucket` has their records."""

    def __init__(self, aws: Aws, bucket: str, why: Why) -> None:
        self._aws, self._bucket, self._why = aws, bucket, why

    def attempts(self, run: RunNames, found: list[jobs.Job]) -> list[Attempt]:
        """As the runner and AWS Batch have them.

        Raises: AwsError; DamagedError.
        """
        return standing.merged(found, objects.records(self._aws, self._bucket, run), self._machines(run, found))

    def _machines(self, run: RunNames, found: list[jobs.Job]) -> dict[str, str]:
        """Their types, asked for while they are there and kept beside the run's records: AWS forgets them."""
        known = objects.machines(self._aws, self._bucket, run)
        named = {one.machine for job in found for one in job.tries} | {job.machine for job in found}
        new = named - set(known) - {""}
        seen = {arn: kind for arn in new if (kind := jobs.instance_type(self._aws, arn))}
        if seen:
            known |= seen
            objects.note_machine(self._aws, self._bucket, run, known)
        return known

    def take_over(self, run: RunNames, lost: jobs.Job) -> None:
        """Send a job on that lost its host for good, where EventBridge did not in its time.

        Raises: AwsError.
        """
        ended_s = lost.tries[-1].ended_s if lost.tries else None
        if self._aws.clock() - (ended_s or lost.created_s) > TAKEOVER_S:
            jobs.take_over(self._aws, run)

    def waits(self, run: RunNames, job: jobs.Job) -> str:
        """Why, in one sentence.

        Raises: AwsError.
        """
        queue = run.spot if job.spot else run.on_demand
        definition = run.takeover_definition if job.name == run.job_on_demand else run.definition
        return self._why(self._aws, queue, definition, 1)

    def lines(self, run: RunNames) -> Iterator[str]:
        """Of every attempt in order, as CloudWatch Logs has them: a few seconds after they were written.

        Raises: AwsError.
        """
        found = jobs.find(self._aws, run)
        streams = (s for job in found for s in (*(one.log_stream for one in job.tries), job.log_stream))
        for stream in dict.fromkeys(stream for stream in streams if stream):
            try:
                yield from logs.lines(self._aws, run.log_group, stream)
            except AwsError as error:
                if error.code != _NO_LOG:  # nothing was written yet, or the log is gone with its stack
                    raise
