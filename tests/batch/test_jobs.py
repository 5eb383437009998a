"""Jobs by the door to AWS: submitted, described, and what follows from how they ended."""

import json
from typing import Any

import botocore.session
import pytest

from batch import retries
from batch.aws import jobs, moving, progress
from batch.aws.door import Aws
from batch.aws.jobs import Attempt, Job
from batch.errors import AwsError, OverridesError
from batch.manifest import Code, Manifest, Piece, Planned, Shard
from batch.retries import Ending
from tests.batch.aws import Answers

LOST = Ending(None, "Host EC2 (instance i-0a) terminated.")
STOPPED = Ending(143, "Essential container in task exited")
AGAIN = Ending(75, "Essential container in task exited")
BUG = Ending(1, "Essential container in task exited")
TIMEOUT = Ending(143, "Job attempt duration exceeded timeout")


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"jobId": name, "jobName": "n", "status": "RUNNABLE", "jobQueue": "q", "jobDefinition": "d", **more}


def job(name: str, status: str, *endings: Ending) -> Job:
    attempts = tuple(Attempt(ending, 1000, 3500, "s") for ending in endings)
    return Job(name, "n", status, "", "q", "d", None, None, {}, attempts, 2, {}, "g")


def manifest(shards: int) -> Manifest:
    source = Planned("a", "a", "csv", False, 1, "s3://b/a", shards * 10)
    parts = tuple(Shard(n + 5, (Piece(0, n * 10, n * 10 + 10),)) for n in range(shards))
    return Manifest("p", "now", Code("s3://b/c", "0", 1), {}, (source,), parts)


def test_at_most_a_hundred_are_described_at_a_time():
    """250 jobs are three questions, and come back in the order asked for."""
    session = Answers(describe_jobs=lambda jobs: {"jobs": [entry(name) for name in reversed(jobs)]})
    ids = [f"a:{n}" for n in range(250)]
    assert [found.id for found in jobs.describe(Aws(session), ids)] == ids
    assert [len(asked["jobs"]) for _, asked in session.asked] == [100, 100, 50]


def test_a_job_that_is_not_known_yet_is_waited_for():
    """Right after SubmitJob the answer may be empty."""
    answers = iter([{"jobs": []}, {"jobs": []}, {"jobs": [entry("a")]}])
    slept: list[float] = []
    found = jobs.describe(Aws(Answers(describe_jobs=lambda jobs: next(answers))), ["a"], slept.append)  # noqa: ARG005
    assert [one.id for one in found] == ["a"]
    assert len(slept) == 2


def test_a_job_that_stays_unknown_is_told():
    with pytest.raises(AwsError, match="there is no job gone"):
        jobs.describe(Aws(Answers(describe_jobs=lambda jobs: {"jobs": []})), ["gone"], lambda _: None)  # noqa: ARG005


def test_what_is_submitted_is_what_botocore_takes():
    """The request is valid by AWS's own model, and holds the rules as they are."""
    session = Answers(submit_job=lambda **asked: {"jobId": "j"})  # noqa: ARG005
    jobs.submit(Aws(session), "n", "q", "d", 3, {"A": "1"}, retryStrategy=retries.strategy(2))
    ((_, asked),) = session.asked
    model = botocore.session.get_session().get_service_model("batch").operation_model("SubmitJob").input_shape
    assert botocore.validate.ParamValidator().validate(asked, model).generate_report() == ""
    assert asked["arrayProperties"] == {"size": 3}
    assert asked["retryStrategy"]["evaluateOnExit"] is retries.EVALUATE_ON_EXIT


def test_one_shard_is_a_plain_job():
    """AWS refuses an array of one."""
    session = Answers(submit_job=lambda **asked: {"jobId": "j"})  # noqa: ARG005
    jobs.submit(Aws(session), "n", "q", "d", 1, {})
    assert "arrayProperties" not in session.asked[0][1]


def test_overrides_that_are_too_long_are_refused_here():
    session = Answers(submit_job=lambda **asked: {"jobId": "j"})  # noqa: ARG005
    with pytest.raises(OverridesError, match="AWS Batch takes less than 8,192"):
        jobs.submit(Aws(session), "n", "q", "d", 2, {"A": "x" * 8192})
    assert session.asked == []


@pytest.mark.parametrize(
    ("endings", "pile"),
    [
        ((LOST, LOST), "lost"),
        ((STOPPED, LOST), "lost"),
        ((AGAIN, LOST), "temporary"),
        ((AGAIN, AGAIN), "temporary"),
        ((LOST, BUG), "bug"),
        ((BUG,), "bug"),
        ((TIMEOUT,), "bug"),
        ((), "bug"),
    ],
)
def test_only_what_lost_its_host_twice_goes_to_on_demand(endings: tuple[Ending, ...], pile: str):
    """A bug in the last attempt keeps a shard where it is, whatever was before."""
    assert moving.pile(job("j:0", "FAILED", *endings)) == pile


def test_the_standing_counts_attempts_losses_and_rows():
    children = [job("j:0", "SUCCEEDED", LOST, Ending(0)), job("j:1", "FAILED", BUG), job("j:2", "RUNNABLE")]
    found = progress.standing(job("j", "PENDING"), children, manifest(3))
    assert (found.attempts, found.lost, found.rows_done, found.rows) == (3, 1, 10, 30)
    assert [(f.shard, f.exit_code, f.attempts) for f in found.failures] == [(6, 1, 1)]
    assert moving.sort(children, manifest(3)) == ((), (), (6,))


def test_an_attempt_that_never_started_took_no_time():
    found = jobs.describe(Aws(Answers(describe_jobs=lambda jobs: {"jobs": [entry("a", attempts=[{}])]})), ["a"])  # noqa: ARG005
    assert found[0].attempts == (Attempt(Ending(None, "", ""), 0, 0, ""),)
    assert found[0].attempts[0].seconds == 0


def test_overrides_are_counted_as_json():
    assert len(json.dumps({"environment": []})) < jobs.MOST_OVERRIDES_BYTES
