"""Array jobs of AWS Batch: submitted, described a hundred at a time, cancelled.

Left out: what their state means for a person (`aws.progress`), and which indexes are sent elsewhere (`aws.moving`).
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import AwsError, OverridesError
from ..retries import Ending
from .door import Aws

MOST_DESCRIBED = 100
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html."""
MOST_OVERRIDES_BYTES = 8192
STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
ENDED = ("SUCCEEDED", "FAILED")
_PATIENCE_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""A job that was just submitted may not be known yet."""


class Attempt(NamedTuple):
    """One run of a job's container; times in milliseconds since 1970, 0 where it never was."""

    ending: Ending
    started_ms: int
    stopped_ms: int
    log_stream: str

    @property
    def seconds(self) -> float:
        return max(0, self.stopped_ms - self.started_ms) / 1000 if self.started_ms else 0.0


class Job(NamedTuple):
    """What Batch knows of a job; `size` is an array's, `place` a child's, `summary` counts an array's by status."""

    id: str
    name: str
    status: str
    status_reason: str
    queue: str
    definition: str
    size: int | None
    place: int | None
    summary: Mapping[str, int]
    attempts: tuple[Attempt, ...]
    vcpus: float
    environment: Mapping[str, str]
    log_group: str

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def submit(
    aws: Aws,
    name: str,
    queue: str,
    definition: str,
    size: int,
    environment: Mapping[str, str],
    **more: Any,
) -> str:
    """The id of an array job, or of a plain one where the array would have one child, which AWS refuses.

    Raises: OverridesError before AWS would say it less plainly; AwsError.
    """
    overrides = {"environment": [{"name": key, "value": value} for key, value in environment.items()]}
    found = len(json.dumps(overrides).encode())
    if found >= MOST_OVERRIDES_BYTES:
        raise OverridesError(found, MOST_OVERRIDES_BYTES)
    array = {"arrayProperties": {"size": size}} if size > 1 else {}
    answer = aws.call(
        "batch", "submit_job", jobName=name, jobQueue=queue, jobDefinition=definition, containerOverrides=overrides,
        **array, **more,
    )  # fmt: skip
    return str(answer["jobId"])


def describe(aws: Aws, ids: Sequence[str], sleep: Callable[[float], None] = time.sleep) -> list[Job]:
    """The jobs in the order asked for; one that was just submitted is waited for.

    Raises: AwsError where one stays unknown.
    """
    found: dict[str, Job] = {}
    for pause_s in (*_PATIENCE_S, None):
        missing = [one for one in ids if one not in found]
        for start in range(0, len(missing), MOST_DESCRIBED):
            answer = aws.call("batch", "describe_jobs", jobs=missing[start : start + MOST_DESCRIBED])
            found |= {entry["jobId"]: _job(entry) for entry in answer["jobs"]}
        if len(found) == len(set(ids)):
            return [found[one] for one in ids]
        if pause_s:
            sleep(pause_s)
    missing = [one for one in ids if one not in found]
    raise AwsError("batch.describe_jobs", "UnknownJob", f"there is no job {missing[0]}: ended over seven days ago?")


def children(aws: Aws, parent: Job, sleep: Callable[[float], None] = time.sleep) -> list[Job]:
    """An array's children in order; a plain job is its own only child.

    Raises: AwsError.
    """
    if parent.size is None:
        return [parent._replace(place=0)]
    return describe(aws, [f"{parent.id}:{index}" for index in range(parent.size)], sleep)


def cancel(aws: Aws, job: str, reason: str) -> None:
    """End a job and its children: those that wait do not begin, those that run get SIGTERM.

    Raises: AwsError.
    """
    aws.call("batch", "terminate_job", jobId=job, reason=reason)


def _job(entry: Mapping[str, Any]) -> Job:
    array, container = entry.get("arrayProperties") or {}, entry.get("container") or {}
    logs = (container.get("logConfiguration") or {}).get("options") or {}
    return Job(
        id=entry["jobId"],
        name=entry["jobName"],
        status=entry["status"],
        status_reason=entry.get("statusReason") or "",
        queue=entry["jobQueue"],
        definition=entry["jobDefinition"],
        size=array.get("size"),
        place=array.get("index"),
        summary=array.get("statusSummary") or {},
        attempts=tuple(_attempt(attempt) for attempt in entry.get("attempts") or []),
        vcpus=_vcpus(container),
        environment={pair["name"]: pair.get("value", "") for pair in container.get("environment") or []},
        log_group=logs.get("awslogs-group", "/aws/batch/job"),
    )


def _attempt(entry: Mapping[str, Any]) -> Attempt:
    container = entry.get("container") or {}
    ending = Ending(container.get("exitCode"), entry.get("statusReason") or "", container.get("reason") or "")
    started, stopped = entry.get("startedAt") or 0, entry.get("stoppedAt") or 0
    return Attempt(ending, started, stopped, container.get("logStreamName") or "")


def _vcpus(container: Mapping[str, Any]) -> float:
    for need in container.get("resourceRequirements") or []:
        if need["type"] == "VCPU":
            return float(need["value"])
    return float(container.get("vcpus") or 1)
