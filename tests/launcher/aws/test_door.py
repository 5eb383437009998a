"""What the door tries again, what it does not, what it calls an error, and what it writes down of each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.stub import Stubber

from launcher.aws.door import Aws, BackOff
from launcher.aws.recorder import Asked, Recorder, translated
from launcher.errors import AwsError


class Answers:
    """A session whose one client answers from a list: an error is raised, anything else is the answer."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), 0

    def client(self, service_name: str, *, config: Any) -> Any:
        del service_name, config
        return self

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            self.asked += 1
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        if operation.startswith("__"):
            raise AttributeError(operation)
        return call


def refused(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "no"}}, "Op")


def lost() -> Exception:
    return botocore.exceptions.ReadTimeoutError(endpoint_url="https://batch")


def door(session: Any, pauses: list[float]) -> Aws:
    return Aws(session, sleep=pauses.append, back_off=BackOff(attempts=5, draw=lambda _low, high: high))


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "SlowDown", "InternalError"])
def test_throttled_calls_are_tried_again_with_longer_pauses(code: str):
    """Twice as long each time."""
    pauses: list[float] = []
    session = Answers(refused(code), refused(code), {"jobs": []})
    assert door(session, pauses).call("batch", "describe_jobs", jobs=["1"]) == {"jobs": []}
    assert pauses == [1.0, 2.0]


def test_it_gives_up_after_the_last_attempt():
    pauses: list[float] = []
    with pytest.raises(AwsError) as raised:
        door(Answers(*[refused("Throttling")] * 5), pauses).call("batch", "describe_jobs")
    assert (raised.value.code, len(pauses)) == ("Throttling", 4)
    assert raised.value.may_pass


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_a_refusal_is_not_tried_again(code: str):
    session = Answers(refused(code))
    with pytest.raises(AwsError, match=f"batch.describe_jobs: {code}: no"):
        door(session, []).call("batch", "describe_jobs")
    assert session.asked == 1


def test_a_lost_answer_is_asked_for_again_but_for_a_submission():
    """A job that was submitted twice would be paid twice; a throttled submission was not done."""
    session = Answers(lost(), {"jobs": []})
    assert door(session, []).call("batch", "describe_jobs") == {"jobs": []}
    with pytest.raises(AwsError) as raised:
        door(Answers(lost()), []).call("batch", "submit_job")
    assert raised.value.code == "ReadTimeoutError"
    assert door(Answers(refused("TooManyRequestsException"), {"jobId": "1"}), []).call("batch", "submit_job") == {
        "jobId": "1"
    }


def test_a_pause_is_drawn_up_to_a_limit():
    back_off = BackOff(first_s=1, longest_s=20, draw=lambda _low, high: high)
    assert [back_off.pause_s(attempt) for attempt in range(1, 7)] == [2, 4, 8, 16, 20, 20]


def test_without_credentials_the_fix_is_told(monkeypatch: pytest.MonkeyPatch):
    class Bare:
        def client(self, service_name: str, *, config: Any) -> Any:
            return boto3.Session(region_name="eu-west-1").client(service_name, config=config)

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nowhere")
    with pytest.raises(AwsError) as raised:
        Aws(Bare()).call("sts", "get_caller_identity")
    assert raised.value.code == "NoCredentials"
    assert "AWS_PROFILE" in raised.value.fix


def test_a_missing_region_is_told():
    class NoRegion:
        def client(self, service_name: str, *, config: Any) -> Any:
            return boto3.Session("a", "b").client(service_name, config=config, region_name="")

    with pytest.raises(AwsError):
        Aws(NoRegion()).call("batch", "describe_jobs")


def test_what_is_asked_is_written_down():
    """By botocore's own event, so that pages and transfers are seen too."""
    client = boto3.Session("a", "b", region_name="eu-west-1").client("ecr")
    recorder = Recorder()
    recorder.listen(client)
    with Stubber(client) as stub:
        stub.add_response("describe_images", {"imageDetails": []})
        client.describe_images(repositoryName="launcher-images")
    assert recorder.asked == [Asked("ecr:DescribeImages", "arn:aws:ecr:*:*:repository/launcher-images")]


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("s3", "ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        ("s3", "UploadPart", {"Bucket": "b", "Key": "k"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
        ("sts", "GetCallerIdentity", {}, [("sts:GetCallerIdentity", "*")]),
        ("batch", "DescribeJobs", {"jobs": ["1"]}, [("batch:DescribeJobs", "*")]),
        (
            "scheduler", "CreateSchedule", {"Name": "n", "Target": {"RoleArn": "arn:r"}},
            [("scheduler:CreateSchedule", "arn:aws:scheduler:*:*:schedule/default/n"), ("iam:PassRole", "arn:r")],
        ),
        (
            "batch", "SubmitJob", {"jobQueue": "q", "jobDefinition": "d", "tags": {"a": "b"}},
            [
                ("batch:SubmitJob", "arn:aws:batch:*:*:job-queue/q"),
                ("batch:SubmitJob", "arn:aws:batch:*:*:job-definition/d"),
                ("batch:TagResource", "arn:aws:batch:*:*:job/*"),
            ],
        ),
    ],
)  # fmt: skip
def test_a_call_is_written_down_as_iam_judges_it(
    service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
):
    """Service authorization reference: S3 has other names, a role that is handed on needs iam:PassRole."""
    assert list(translated(service, operation, params)) == expected
