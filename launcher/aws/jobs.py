"""The one job of a run: submitted once, found by its name in the run's queues, described, ended.

A spot job that lost its host for good is followed by one on demand, which the run's EventBridge rule submits; where
that does not come, `take_over` does the same. Left out: why a job waits (`waiting`), and its script's own record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AwsError
from ..names import RunNames
from .door import UNKNOWN, Aws

ENDED = ("SUCCEEDED", "FAILED")
HOST_LOST = "Host EC2"
"""How the status reason begins of a job whose machine was taken away."""
SPOT_ATTEMPTS = 2
"""As in run.yaml; the takeover's attempts are counted after them."""
_PATIENCE_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""A job that was just submitted may not be known yet."""
_MOST_DESCRIBED = 100
_NO_QUEUE = "ClientException"


@dataclass(frozen=True)
class Try:
    """One attempt as AWS Batch knows it; times in seconds since 1970, None where it never was."""

    started_s: float | None
    ended_s: float | None
    exit_code: int | None
    reason: str
    log_stream: str
    machine: str
    """The ARN of the container instance."""


@dataclass(frozen=True)
class Job:
    """A job as AWS Batch knows it."""

    id: str
    name: str
    status: str
    reason: str
    spot: bool
    created_s: float
    tries: tuple[Try, ...]
    log_stream: str
    """Of the attempt that runs."""
    machine: str = ""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def lost_its_host(self) -> bool:
        return self.status == "FAILED" and self.reason.startswith(HOST_LOST)


def submit(aws: Aws, run: RunNames, *, spot: bool) -> str:
    """The id of the run's job; where it is there already, because an answer was lost, that one's.

    Raises: AwsError.
    """
    queue, definition = (run.spot if spot else run.on_demand), run.definition
    return _once(aws, queue, run.job, definition, run.tags)


def take_over(aws: Aws, run: RunNames) -> str:
    """Submit the job on demand, unless EventBridge did.

    Raises: AwsError.
    """
    return _once(aws, run.on_demand, run.job_on_demand, run.takeover_definition, run.tags)


def _once(aws: Aws, queue: str, name: str, definition: str, tags: Mapping[str, str]) -> str:
    if there := _named(aws, queue, name):
        return there[0]
    try:
        answer = aws.call(
            "batch", "submit_job", jobName=name, jobQueue=queue, jobDefinition=definition, tags=dict(tags),
            propagateTags=True,
        )  # fmt: skip
        return str(answer["jobId"])
    except AwsError as error:
        if error.code not in UNKNOWN:
            raise
        for pause_s in _PATIENCE_S:  # the call may have been done: look before it is done twice
            aws.sleep(pause_s)
            if there := _named(aws, queue, name):
                return there[0]
        raise


def _named(aws: Aws, queue: str, name: str) -> list[str]:
    """Ids of the jobs of a name; a filter lists jobs in every state, and none where the queue is gone."""
    try:
        found = aws.pages(
            "batch", "list_jobs", "jobSummaryList", jobQueue=queue, filters=[{"name": "JOB_NAME", "values": [name]}]
        )
        return [entry["jobId"] for entry in found]
    except AwsError as error:
        if error.code == _NO_QUEUE:
            return []
        raise


def find(aws: Aws, run: RunNames) -> list[Job]:
    """The run's jobs, the first one first; none where its queues are gone.

    Raises: AwsError.
    """
    spot, on_demand = _named(aws, run.spot, run.job), _named(aws, run.on_demand, run.job)
    takeover = _named(aws, run.on_demand, run.job_on_demand)
    ids = [*spot, *on_demand, *takeover]
    return [_job(entry, spot=entry["jobId"] in spot) for entry in _described(aws, ids)]


def _described(aws: Aws, ids: list[str]) -> list[dict[str, Any]]:
    """In the order asked for; a job that was just submitted is waited for.

    Raises: AwsError where one stays unknown.
    """
    found: dict[str, dict[str, Any]] = {}
    for pause_s in (*_PATIENCE_S, None):
        missing = [one for one in ids if one not in found][:_MOST_DESCRIBED]
        if missing:
            found |= {one["jobId"]: one for one in aws.call("batch", "describe_jobs", jobs=missing)["jobs"]}
        if len(found) == len(ids):
            break
        if pause_s is None:
            raise AwsError("batch.describe_jobs", "UnknownJob", f"AWS Batch lists a job that it does not know: {ids}")
        aws.sleep(pause_s)
    return [found[one] for one in ids]


def end(aws: Aws, job: Job, reason: str) -> None:
    """One that waits does not begin, one that runs gets SIGTERM.

    Raises: AwsError.
    """
    aws.call("batch", "terminate_job", jobId=job.id, reason=reason)


def instance_type(aws: Aws, machine: str) -> str:
    """The type of the machine that a job runs on, while it is there; else empty.

    Raises: AwsError.
    """
    if not machine:
        return ""
    cluster = machine.rpartition("container-instance/")[2].partition("/")[0]
    try:
        answer = aws.call("ecs", "describe_container_instances", cluster=cluster, containerInstances=[machine])
    except AwsError as error:
        if error.code == "ClusterNotFoundException":  # it went between two questions
            return ""
        raise
    for one in answer["containerInstances"]:
        for attribute in one.get("attributes", []):
            if attribute["name"] == "ecs.instance-type":
                return str(attribute.get("value", ""))
    return ""


def _job(entry: Mapping[str, Any], *, spot: bool) -> Job:
    container = entry.get("container") or {}
    return Job(
        id=entry["jobId"],
        name=entry["jobName"],
        status=entry["status"],
        reason=entry.get("statusReason") or "",
        spot=spot,
        created_s=(entry.get("createdAt") or 0) / 1000,
        tries=tuple(_try(one) for one in entry.get("attempts") or []),
        log_stream=container.get("logStreamName") or "",
        machine=container.get("containerInstanceArn") or "",
    )


def _try(entry: Mapping[str, Any]) -> Try:
    container = entry.get("container") or {}
    return Try(
        started_s=_seconds(entry.get("startedAt")),
        ended_s=_seconds(entry.get("stoppedAt")),
        exit_code=container.get("exitCode"),
        reason=container.get("reason") or entry.get("statusReason") or "",
        log_stream=container.get("logStreamName") or "",
        machine=container.get("containerInstanceArn") or "",
    )


def _seconds(milliseconds: int | None) -> float | None:
    return milliseconds / 1000 if milliseconds else None
