"""How a run stands, from what AWS and its records say: each state in one sentence."""

from __future__ import annotations

import pytest

from launcher.aws.jobs import Job, Try
from launcher.aws.standing import merged, standing
from launcher.engines.protocol import Attempt, State

LOST = "Host EC2 (instance i-0a) terminated."


def job(status: str, reason: str = "", *tries: Try, spot: bool = True) -> Job:
    return Job("id", "name", status, reason, spot, 0.0, tries, "stream")


def ended(code: int | None, reason: str = "", machine: str = "m-1") -> Try:
    return Try(10.0, 70.0, code, reason, "stream", machine)


@pytest.mark.parametrize(
    ("stack", "jobs", "attempts", "state", "said"),
    [
        ("CREATE_IN_PROGRESS", [], [], State.WAITING, "its stack is being made"),
        ("CREATE_COMPLETE", [], [], State.WAITING, "no job was submitted"),
        ("ROLLBACK_COMPLETE", [], [], State.FAILED, "ROLLBACK_COMPLETE"),
        ("DELETE_IN_PROGRESS", [], [], State.STOPPED, "being deleted"),
        ("", [], [], State.STOPPED, "nothing of it is left"),
        ("", [], [Attempt(1, 0.0)], State.STOPPED, "while its script ran"),
        ("", [], [Attempt(1, 0.0, 9.0, 0)], State.SUCCEEDED, "ended well"),
        ("", [], [Attempt(1, 0.0, 9.0, 3, "main.py ended with exit code 3")], State.FAILED, "exit code 3"),
        ("CREATE_COMPLETE", [job("SUBMITTED")], [], State.WAITING, "taken by AWS Batch"),
        ("CREATE_COMPLETE", [job("STARTING")], [], State.WAITING, "gets the image"),
        ("CREATE_COMPLETE", [job("RUNNING")], [], State.RUNNING, "spot machine"),
        ("CREATE_COMPLETE", [job("RUNNING", spot=False)], [], State.RUNNING, "on demand"),
        ("CREATE_COMPLETE", [job("SUCCEEDED")], [], State.SUCCEEDED, "ended well"),
        ("CREATE_COMPLETE", [job("FAILED", LOST, ended(None))], [], State.WAITING, "goes on on demand"),
        ("CREATE_COMPLETE", [job("FAILED", LOST, ended(None), spot=False)], [], State.FAILED, "its container ended"),
        ("CREATE_COMPLETE", [job("FAILED", "x", ended(1, "boom"))], [], State.FAILED, "exit code 1: boom"),
        ("CREATE_COMPLETE", [job("FAILED", "x", ended(143))], [], State.STOPPED, "x"),
        ("CREATE_COMPLETE", [job("FAILED", "stopped by a person")], [], State.STOPPED, "stopped by a person"),
        (
            "CREATE_COMPLETE", [job("FAILED", "Job attempt duration exceeded timeout", ended(137))], [], State.STOPPED,
            "exceeded timeout",
        ),
    ],
)  # fmt: skip
def test_a_state_and_one_sentence(stack: str, jobs: list[Job], attempts: list[Attempt], state: State, said: str):
    found, sentence = standing(stack, jobs, attempts)
    assert found is state
    assert said in sentence


def test_why_a_job_waits_is_left_to_its_queue():
    assert standing("CREATE_COMPLETE", [job("RUNNABLE")], []) == (State.WAITING, "")


def test_the_takeover_counts_after_a_lost_spot_job():
    """The last job decides, whatever became of the first."""
    lost = job("FAILED", LOST, ended(None), ended(None))
    assert standing("CREATE_COMPLETE", [lost, job("SUCCEEDED", spot=False)], [])[0] is State.SUCCEEDED


def test_an_attempt_whose_runner_was_killed_is_known_from_aws():
    """Number, machine and times come from AWS Batch, and its results are partial."""
    lost, over = job("FAILED", LOST, ended(None, LOST)), job("SUCCEEDED", "", ended(0, machine="m-2"), spot=False)
    found = merged([lost, over], [Attempt(1, 11.0), Attempt(3, 12.0, 65.0, 0, files=2)], {"m-1": "m6i.xlarge"})
    assert [(a.number, a.started_s, a.ended_s, a.spot, a.partial, a.instance_type) for a in found] == [
        (1, 10.0, 70.0, True, True, "m6i.xlarge"),
        (3, 10.0, 70.0, False, False, ""),
    ]
    assert found[1].files == 2


def test_an_attempt_that_got_no_machine_is_none():
    """It was not paid."""
    never = Try(None, None, None, "CannotPullContainerError", "", "")
    assert merged([job("FAILED", "x", never)], [], {}) == []
