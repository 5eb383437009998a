"""How a run stands, decided from what AWS Batch, CloudFormation and the runner's records say: pure.

Left out: asking them (`engines.aws`), and why a job waits for a machine (`waiting`).
"""

from collections.abc import Sequence
from dataclasses import replace

from ..engines.protocol import Attempt, State
from .jobs import SPOT_ATTEMPTS, Job, Try

_TERMINATED = 143
_TIMED_OUT = "Job attempt duration exceeded timeout"
_WAITING = {
    "SUBMITTED": "its job was taken by AWS Batch",
    "PENDING": "its job was taken by AWS Batch",
    "STARTING": "its machine is there and gets the image",
}


def standing(stack: str, jobs: Sequence[Job], attempts: Sequence[Attempt]) -> tuple[State, str]:
    """The state of a run and why, in one sentence; empty where only its queue can tell."""
    if not jobs:
        return _without_job(stack, attempts)
    last = jobs[-1]
    match last.status:
        case "RUNNABLE":
            return State.WAITING, ""
        case "RUNNING":
            return State.RUNNING, f"its script runs on {'a spot machine' if last.spot else 'a machine on demand'}"
        case "SUCCEEDED":
            return State.SUCCEEDED, "its script ended well and its results are there"
        case "FAILED" if last.lost_its_host and last.spot:
            return State.WAITING, f"AWS took its spot machine away {SPOT_ATTEMPTS} times: it goes on on demand"
        case "FAILED":
            return _failed(last, attempts)
        case status:
            return State.WAITING, _WAITING.get(status, f"its job is {status}")


def _without_job(stack: str, attempts: Sequence[Attempt]) -> tuple[State, str]:
    ended = [attempt for attempt in attempts if attempt.ended_s is not None]
    if ended:
        return _by_record(ended[-1])
    if stack.endswith("_IN_PROGRESS") and stack.startswith("CREATE"):
        return State.WAITING, "its stack is being made"
    if stack == "CREATE_COMPLETE":
        return State.WAITING, "its stack is there and no job was submitted yet"
    if stack.startswith("DELETE"):
        return State.STOPPED, "its stack is being deleted"
    if stack:
        return State.FAILED, f"its stack is {stack}"
    if attempts:
        return State.STOPPED, "its stack was deleted while its script ran"
    return State.STOPPED, "nothing of it is left in AWS"


def _by_record(last: Attempt) -> tuple[State, str]:
    if last.exit_code == 0:
        return State.SUCCEEDED, "its script ended well and its results are there"
    state = State.STOPPED if last.exit_code == _TERMINATED else State.FAILED
    return state, last.reason or f"its script ended with exit code {last.exit_code}"


def _failed(job: Job, attempts: Sequence[Attempt]) -> tuple[State, str]:
    """The runner's own words where it had time for them, AWS's otherwise."""
    code = job.tries[-1].exit_code if job.tries else None
    if attempts and attempts[-1].ended_s is not None and attempts[-1].exit_code:
        return _by_record(attempts[-1])
    if code == _TERMINATED or job.reason.startswith(_TIMED_OUT) or not job.tries:
        return State.STOPPED, job.reason or "it was told to end"
    why = job.tries[-1].reason or job.reason
    return State.FAILED, f"its container ended{'' if code is None else f' with exit code {code}'}: {why}"


def merged(jobs: Sequence[Job], records: Sequence[Attempt], machines: dict[str, str]) -> list[Attempt]:
    """Every attempt: as its runner recorded it, and as AWS Batch knows it where the runner was killed."""
    by_number = {record.number: record for record in records}
    for job in jobs:
        before = 0 if job is jobs[0] else SPOT_ATTEMPTS
        for number, one in enumerate(job.tries, before + 1):
            if one.started_s is not None:  # else no machine was there, and none is paid
                by_number[number] = _joined(by_number.get(number), number, one, machines, spot=job.spot)
    return [by_number[number] for number in sorted(by_number)]


def _joined(record: Attempt | None, number: int, one: Try, machines: dict[str, str], *, spot: bool) -> Attempt:
    known = record or Attempt(number, one.started_s or 0.0)
    if known.ended_s is None:
        known = replace(known, ended_s=one.ended_s, exit_code=one.exit_code, reason=one.reason, partial=True)
    # what is paid is the container's time, the record's is the runner's: a second or two less
    started, ended = one.started_s or known.started_s, one.ended_s or known.ended_s
    return replace(
        known, started_s=started, ended_s=ended, instance_type=machines.get(one.machine, known.instance_type), spot=spot
    )
