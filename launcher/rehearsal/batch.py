"""AWS Batch on this machine: a job's attempts are the very runner as a process, tried again by the definition's rules.

Queues and definitions are moto's. When a job ends, moto's EventBridge rules are asked whether somebody is told.
Left out: machines and their number, HTTP (`front`).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..aws.image import RUNNER
from . import machines
from .rules import Ending, matches, tries_again

Clients = Callable[[str], Any]
HOST_LOST = "Host EC2 (instance i-0123456789abcdef0) terminated."
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
_EVENT = "Batch Job State Change"


@dataclass
class Job:
    """One job and what became of it so far."""

    id: str
    name: str
    queue: str
    definition: Mapping[str, Any]
    created_ms: int
    status: str = "RUNNABLE"
    reason: str = ""
    stream: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list)
    told_to_end: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    machine: str = ""
    """The ARN of the container instance, while it runs."""
    host_lost: bool = False


class Batch:
    """All jobs; `hold` keeps them from starting, `lose` names attempts ("job name", number) that lose their host."""

    def __init__(self, clients: Clients, endpoint: Callable[[], str]) -> None:
        self._clients, self._endpoint = clients, endpoint
        self._lock = threading.RLock()
        self._threads: list[threading.Thread] = []
        self.jobs: dict[str, Job] = {}
        self.go = threading.Event()
        self.go.set()
        self.lose: set[tuple[str, int]] = set()
        self.errors: list[BaseException] = []

    def submit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """As SubmitJob."""
        queue = self._clients("batch").describe_job_queues(jobQueues=[asked["jobQueue"]])["jobQueues"][0]
        definition = self._definition(asked["jobDefinition"])
        job = Job(str(uuid.uuid4()), asked["jobName"], queue["jobQueueArn"], definition, _now_ms())
        with self._lock:
            self.jobs[job.id] = job
        thread = threading.Thread(target=self._live, args=(job,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return {"jobId": job.id, "jobName": job.name}

    def describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            return {"jobs": [_described(self.jobs[one]) for one in asked["jobs"] if one in self.jobs]}

    def list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Of one queue; by name in any state, else by state."""
        names = [value for one in asked.get("filters") or [] for value in one["values"]]
        status = asked.get("jobStatus", "RUNNING")
        with self._lock:
            of_queue = [
                job for job in self.jobs.values() if asked["jobQueue"] in (job.queue, job.queue.rpartition("/")[2])
            ]
            found = [job for job in of_queue if (job.name in names if names else job.status == status)]
            return {"jobSummaryList": [_short(job) for job in found]}

    def terminate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        job = self.jobs[asked["jobId"]]
        with self._lock:
            job.told_to_end = asked["reason"]
            if job.process:
                job.process.send_signal(signal.SIGTERM)
        return {}

    def lose_host(self, job: Job) -> None:
        """What a machine does that is taken away: SIGTERM, then it is gone."""
        job.host_lost = True
        if job.process:
            job.process.kill()

    def close(self) -> None:
        """End what runs."""
        self.go.set()
        with self._lock:
            for job in self.jobs.values():
                job.told_to_end = job.told_to_end or "the rehearsal is over"
                if job.process:
                    job.process.kill()
        for thread in self._threads:
            thread.join()

    def _definition(self, named: str) -> Mapping[str, Any]:
        kind = "jobDefinitions" if named.startswith("arn:") else "jobDefinitionName"
        given: dict[str, Any] = {kind: [named] if kind == "jobDefinitions" else named}
        found: list[Mapping[str, Any]] = self._clients("batch").describe_job_definitions(**given)["jobDefinitions"]
        return found[-1]

    def _live(self, job: Job) -> None:
        try:
            while not self.go.wait(0.05):
                if job.told_to_end:
                    break
            number = 0
            while not job.told_to_end:
                number += 1
                ending = self._attempt(job, number)
                if not tries_again(job.definition.get("retryStrategy") or {}, ending, number):
                    self._end(job, "SUCCEEDED" if ending.exit_code == 0 else "FAILED", ending.status_reason)
                    return
            self._end(job, "FAILED", job.told_to_end)
        except BaseException as error:  # noqa: BLE001  # a thread would keep it to itself
            self.errors.append(error)
            job.status, job.reason = "FAILED", f"the rehearsal itself failed: {error}"

    def _attempt(self, job: Job, number: int) -> Ending:
        machine = machines.start(self._clients, job.queue)
        job.machine = machine.arn
        try:
            return self._run(job, number)
        finally:
            machines.end(self._clients, machine)

    def _run(self, job: Job, number: int) -> Ending:
        container = job.definition["containerProperties"]
        told = {pair["name"]: str(pair["value"]) for pair in container.get("environment", [])}
        variables = {name: os.environ[name] for name in _KEPT if name in os.environ} | told
        variables |= {
            "AWS_ENDPOINT_URL": self._endpoint(), "AWS_ACCESS_KEY_ID": "job", "AWS_SECRET_ACCESS_KEY": "job",
            "AWS_BATCH_JOB_ID": job.id, "AWS_BATCH_JOB_ATTEMPT": str(number), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        job.stream, started = f"job/default/{uuid.uuid4().hex}", _now_ms()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, str(RUNNER), container["command"][-1]], env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        with self._lock:
            job.process, job.status = process, "RUNNING"
        if (job.name, number) in self.lose:
            self.lose_host(job)
        self._log(job, process)
        return self._noted(job, started, process.wait())

    def _noted(self, job: Job, started_ms: int, code: int) -> Ending:
        lost, job.host_lost, job.process = job.host_lost, False, None
        ending = Ending(None, HOST_LOST) if lost else Ending(code if code >= 0 else 128 - code)
        container: dict[str, Any] = {"logStreamName": job.stream, "containerInstanceArn": job.machine}
        if ending.exit_code is not None:
            container["exitCode"] = ending.exit_code
        ended = {"startedAt": started_ms, "stoppedAt": _now_ms(), "statusReason": ending.status_reason}
        with self._lock:
            job.attempts.append({"container": container, **ended})
            job.status = "RUNNABLE"
        return ending

    def _log(self, job: Job, process: "subprocess.Popen[bytes]") -> None:
        """Each line when it is written, until there is none."""
        logs = self._clients("logs")
        place = {
            "logGroupName": job.definition["containerProperties"]["logConfiguration"]["options"]["awslogs-group"],
            "logStreamName": job.stream,
        }
        logs.create_log_stream(**place)
        if not process.stdout:
            return
        with process.stdout as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip("\n") or " "
                logs.put_log_events(logEvents=[{"timestamp": _now_ms(), "message": text}], **place)

    def _end(self, job: Job, status: str, reason: str) -> None:
        job.status, job.reason = status, reason
        detail = {
            "jobName": job.name, "jobId": job.id, "jobQueue": job.queue, "status": status, "statusReason": reason,
            "jobDefinition": job.definition["jobDefinitionArn"],
        }  # fmt: skip
        self._tell({"source": "aws.batch", "detail-type": _EVENT, "detail": detail})

    def _tell(self, event: Mapping[str, Any]) -> None:
        """What EventBridge does: rules that match submit jobs; mails are not sent here."""
        events = self._clients("events")
        for rule in events.list_rules(NamePrefix="launcher-")["Rules"]:
            if not matches(json.loads(rule.get("EventPattern") or "{}"), event):
                continue
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                if told := target.get("BatchParameters"):
                    self.submit(
                        {"jobQueue": target["Arn"], "jobName": told["JobName"], "jobDefinition": told["JobDefinition"]}
                    )


def _now_ms() -> int:
    return int(time.time() * 1000)


def _short(job: Job) -> dict[str, Any]:
    return {"jobId": job.id, "jobName": job.name, "status": job.status, "createdAt": job.created_ms}


def _described(job: Job) -> dict[str, Any]:
    container = {**job.definition["containerProperties"], "logStreamName": job.stream}
    if job.status == "RUNNING":
        container["containerInstanceArn"] = job.machine
    return {
        **_short(job), "jobQueue": job.queue, "jobDefinition": job.definition["jobDefinitionArn"],
        "statusReason": job.reason, "attempts": list(job.attempts), "container": container, "startedAt": 0,
    }  # fmt: skip
