"""AWS Batch: jobs, queues, compute environments, job definitions.

A queue or an environment has to be disabled before it may be deleted, and each takes minutes for both.
https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html
Left out: the machines that Batch starts (`ec2`) and their cluster (`ecs`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...names import HomeNames, run_of
from ..door import Aws
from .kind import Found, Kind, Stage, found

ACTIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
ENDED = ("SUCCEEDED", "FAILED")
_BUSY = ("CREATING", "UPDATING", "DELETING")


def _find_jobs(aws: Aws, home: HomeNames) -> Iterator[Found]:
    """Jobs that have not ended; they belong to their queue's run, whatever their own name is."""
    for queue in _find_queues(aws, home):
        for status in ACTIVE:
            for job in aws.pages("batch", "list_jobs", "jobSummaryList", jobQueue=queue.name, jobStatus=status):
                named = ("name",) if run_of(job["jobName"]) else queue.by
                yield Found("job", job["jobId"], queue.run, named, job["status"], job.get("jobArn", ""))


def ended(aws: Aws, queue: str) -> bool:
    """Whether a job of this queue is over.

    Raises: AwsError.
    """
    asked = ({"jobQueue": queue, "jobStatus": status, "maxResults": 1} for status in ENDED)
    return any(aws.call("batch", "list_jobs", **one)["jobSummaryList"] for one in asked)


def _end_job(aws: Aws, _home: HomeNames, job: Found) -> str:
    aws.call("batch", "terminate_job", jobId=job.name, reason="removed by the launcher")
    return "told to end"


def _find_queues(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for queue in aws.pages("batch", "describe_job_queues", "jobQueues"):
        yield from found(
            "job queue", queue["jobQueueName"], queue.get("tags"), state=_state(queue), arn=queue["jobQueueArn"]
        )


def _remove_queue(aws: Aws, _home: HomeNames, queue: Found) -> str:
    match _next(queue.state):
        case "disable":
            aws.call("batch", "update_job_queue", jobQueue=queue.name, state="DISABLED")
            return "disabled"
        case "delete":
            aws.call("batch", "delete_job_queue", jobQueue=queue.name)
            return "deleted"
    return ""


def _find_environments(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("batch", "describe_compute_environments", "computeEnvironments"):
        name, arn = one["computeEnvironmentName"], one["computeEnvironmentArn"]
        yield from found("compute environment", name, one.get("tags"), state=_state(one), arn=arn)


def _remove_environment(aws: Aws, _home: HomeNames, environment: Found) -> str:
    match _next(environment.state):
        case "disable":
            aws.call("batch", "update_compute_environment", computeEnvironment=environment.name, state="DISABLED")
            return "disabled"
        case "delete":
            aws.call("batch", "delete_compute_environment", computeEnvironment=environment.name)
            return "deleted"
    return ""


def _state(described: Mapping[str, Any]) -> str:
    return f"{described.get('state', '')} {described.get('status', '')}".strip()


def _next(state: str) -> str:
    """What a state allows; nothing while AWS is at work on it.

    >>> _next("ENABLED VALID"), _next("DISABLED UPDATING"), _next("DISABLED VALID"), _next("DISABLED INVALID")
    ('disable', '', 'delete', 'delete')
    """
    if any(state.endswith(busy) for busy in _BUSY):
        return ""
    return "delete" if state.startswith("DISABLED") else "disable"


def _find_definitions(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("batch", "describe_job_definitions", "jobDefinitions", status="ACTIVE"):
        arn, name = one["jobDefinitionArn"], f"{one['jobDefinitionName']}:{one['revision']}"
        yield from found("job definition", name, one.get("tags"), state="ACTIVE", arn=arn)


def _remove_definition(aws: Aws, _home: HomeNames, definition: Found) -> str:
    aws.call("batch", "deregister_job_definition", jobDefinition=definition.arn)
    return "deregistered"


KINDS = (
    Kind("job", "batch", Stage.JOBS, _find_jobs, _end_job, r":batch:.*:job/", costs=True),
    Kind("job queue", "batch", Stage.QUEUES, _find_queues, _remove_queue, r":batch:.*:job-queue/"),
    Kind("compute environment", "batch", Stage.ENVIRONMENTS, _find_environments, _remove_environment,
         r":batch:.*:compute-environment/", costs=True),
    Kind("job definition", "batch", Stage.REST, _find_definitions, _remove_definition, r":batch:.*:job-definition/"),
)  # fmt: skip
