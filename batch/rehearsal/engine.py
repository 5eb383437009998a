"""AWS Batch on this machine: jobs whose attempts are processes, tried again by the rules that came with the job.

What it decides is decided by `retries.decide`, fed with the JSON of SubmitJob. Left out: HTTP (`server`), running one
attempt (`attempts`).
"""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .. import retries
from .attempts import Run, run
from .faults import Attempt, Fault

Tell = Callable[[Mapping[str, Any], int, int], Mapping[str, str]]
"""What an attempt is told: of a job, the child's place and the attempt's number."""
Befalls = Callable[[Mapping[str, Any], int, int], Fault | None]
Write = Callable[[Mapping[str, Any], str, Run], None]


@dataclass
class Child:
    """One shard of an array, or a job that is none."""

    status: str = "RUNNABLE"
    reason: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Job:
    request: Mapping[str, Any]
    children: list[Child]
    told: bool = False


class Engine:
    """All jobs; `slots` containers run at a time."""

    def __init__(self, definition: Mapping[str, Any], tell: Tell, befalls: Befalls, write: Write, slots: int) -> None:
        self._definition, self._tell, self._befalls, self._write = definition, tell, befalls, write
        self._pool = ThreadPoolExecutor(slots)
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        self.runs: list[tuple[bool, Run]] = []
        """Every attempt that was, and whether on a spot machine: what a receipt must come to."""
        self.errors: list[BaseException] = []

    def submit(self, request: Mapping[str, Any]) -> str:
        """Gives the job's id."""
        retries.checked(self._strategy(request))
        name = str(uuid.uuid4())
        size = (request.get("arrayProperties") or {}).get("size", 1)
        with self._lock:
            self._jobs[name] = _Job(request, [Child() for _ in range(size)])
        for place in range(size):
            self._pool.submit(self._next, name, place)
        return name

    def describe(self, ids: list[str]) -> list[dict[str, Any]]:
        """Those that are known; a job is not known in the first moment, as with AWS."""
        with self._lock:
            return [found for one in ids if (found := self._described(one))]

    def terminate(self, name: str, reason: str) -> dict[str, Any]:
        """What has not begun does not begin; AWS's answer is empty."""
        with self._lock:
            for child in self._jobs[name].children:
                if child.status == "RUNNABLE":
                    child.status, child.reason = "FAILED", reason
        return {}

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _next(self, name: str, place: int) -> None:
        """One attempt, and another one when the rules say so."""
        job = self._jobs[name]
        child = job.children[place]
        try:
            with self._lock:
                if child.status != "RUNNABLE":
                    return
                child.status = "RUNNING"
            self._attempt(name, job, place)
        except BaseException as error:  # noqa: BLE001  # a thread of the pool would keep it to itself
            self.errors.append(error)
            child.status, child.reason = "FAILED", f"the rehearsal itself failed: {error}"

    def _attempt(self, name: str, job: _Job, place: int) -> None:
        child, number = job.children[place], len(job.children[place].attempts) + 1
        told = {
            "AWS_BATCH_JOB_ID": name,
            "AWS_BATCH_JOB_ATTEMPT": str(number),
            **self._tell(job.request, place, number),
        }
        if len(job.children) > 1:
            told |= {"AWS_BATCH_JOB_ID": f"{name}:{place}", "AWS_BATCH_JOB_ARRAY_INDEX": str(place)}
        done = run(self._definition["containerProperties"]["command"], told, self._befalls(job.request, place, number))
        stream = f"shard/default/{uuid.uuid4().hex}"
        self._write(job.request, stream, done)
        action = retries.decide(self._strategy(job.request), done.ending, number)
        with self._lock:
            self.runs.append((is_spot(job.request), done))
            child.attempts.append(_attempt_json(done, stream))
            child.status = {"SUCCEED": "SUCCEEDED", "RETRY": "RUNNABLE", "EXIT": "FAILED"}[action]
            child.reason = "" if action == "SUCCEED" else done.ending.status_reason
        if action == "RETRY":
            self._pool.submit(self._next, name, place)

    def _strategy(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = request.get("retryStrategy") or self._definition["retryStrategy"]
        return found

    def _described(self, one: str) -> dict[str, Any] | None:
        name, _, place = one.partition(":")
        job = self._jobs.get(name)
        if not job:
            return None
        if not job.told:
            job.told = True
            return None
        return self._child(one, job, int(place)) if place else self._parent(name, job)

    def _parent(self, name: str, job: _Job) -> dict[str, Any]:
        if len(job.children) == 1:
            return self._child(name, job, 0)
        summary = Counter(child.status for child in job.children)
        ended = summary["SUCCEEDED"] + summary["FAILED"] == len(job.children)
        status = ("FAILED" if summary["FAILED"] else "SUCCEEDED") if ended else "PENDING"
        array = {"size": len(job.children), "statusSummary": dict(summary)}
        return self._base(name, job) | {"status": status, "arrayProperties": array}

    def _child(self, one: str, job: _Job, place: int) -> dict[str, Any]:
        child = job.children[place]
        array = {"arrayProperties": {"index": place}} if ":" in one else {}
        attempts = list(child.attempts)
        return (
            self._base(one, job) | {"status": child.status, "statusReason": child.reason, "attempts": attempts} | array
        )

    def _base(self, one: str, job: _Job) -> dict[str, Any]:
        properties = self._definition["containerProperties"]
        overrides = job.request.get("containerOverrides") or {}
        container = {
            "environment": overrides.get("environment", []),
            "resourceRequirements": properties.get("resourceRequirements", []),
            "logConfiguration": properties.get("logConfiguration", {}),
        }
        return {
            "jobId": one, "jobName": job.request["jobName"], "jobQueue": job.request["jobQueue"],
            "jobDefinition": self._definition["jobDefinitionArn"], "startedAt": 0, "container": container,
        }  # fmt: skip


def is_spot(request: Mapping[str, Any]) -> bool:
    """By the queue's name."""
    return "OnDemand" not in request["jobQueue"]


def told(request: Mapping[str, Any]) -> dict[str, str]:
    """What the job was told on submission."""
    overrides = request.get("containerOverrides") or {}
    return {pair["name"]: pair["value"] for pair in overrides.get("environment", [])}


def key(request: Mapping[str, Any], shard: int, number: int) -> Attempt:
    return Attempt(shard, is_spot(request), number)


def _attempt_json(done: Run, stream: str) -> dict[str, Any]:
    """As DescribeJobs gives it: what there is not is missing."""
    container: dict[str, Any] = {"logStreamName": stream}
    if done.ending.exit_code is not None:
        container["exitCode"] = done.ending.exit_code
    if done.ending.reason:
        container["reason"] = done.ending.reason
    return {
        "container": container, "startedAt": done.started_ms, "stoppedAt": done.stopped_ms,
        "statusReason": done.ending.status_reason,
    }  # fmt: skip
