"""The door to AWS: real clients of boto3 against moto's server, and what is told of their errors."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.server import ThreadedMotoServer

from app.aws import LazyAws, told
from app.direct import ServiceFault
from tests.app.doors.parts import Function, sample
from tests.app.serving import TEXT, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "texts"
KEY = "in/red flower+1 é%.txt"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """moto's server on loopback, which speaks to boto3 as AWS does."""
    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server._server.server_port}"
    server.stop()


@pytest.fixture
def _account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment as Lambda makes it, pointing at moto."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    given = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def aws(_account: None) -> Iterator[LazyAws]:
    """Clients, and an account with one bucket, emptied at the end."""
    clients = LazyAws()
    clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield clients
    for entry in clients.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        clients.s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
    clients.s3.delete_bucket(Bucket=BUCKET)
    clients.s3.close()
    clients.sqs.close()


def put(key: str) -> dict[str, Any]:
    event = sample("s3-put")
    event["Records"][0]["s3"] |= {"bucket": {"name": BUCKET}, "object": {"key": quote_plus(key)}}
    return event


def output(aws: LazyAws, key: str) -> list[dict[str, Any]]:
    body = aws.s3.get_object(Bucket=BUCKET, Key=f"predictions/{key}.jsonl")["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def test_a_client_is_made_once(aws: LazyAws) -> None:
    """The clients of an environment are kept, so that connections are."""
    assert (aws.s3 is aws.s3, aws.sqs is aws.sqs) == (True, True)


def test_an_object_in_a_real_bucket(aws: LazyAws, shipped: Path) -> None:
    """A key with blanks, plus signs and letters of any script comes and goes through boto3."""
    one = Function(shipped, aws)
    aws.s3.put_object(Bucket=BUCKET, Key=KEY, Body=f"{TEXT}\n".encode())
    assert one(put(KEY)) == {"objects": [{"lines": 1, "errors": 0}]}
    assert output(aws, KEY) == [{"line": 1, **one({"text": TEXT})}]


def test_a_large_object_goes_in_parts(aws: LazyAws, shipped: Path) -> None:
    """A compressed object of many lines becomes an object of several parts, and no upload stays open."""
    one = Function(shipped, aws)
    row = json.dumps({"text": "a", "id": "x" * 4000}).encode() + b"\n"
    aws.s3.put_object(Bucket=BUCKET, Key="a.jsonl.gz", Body=gzip.compress(row * 5000))
    assert one(put("a.jsonl.gz")) == {"objects": [{"lines": 5000, "errors": 0}]}
    assert [line["line"] for line in output(aws, "a.jsonl.gz")] == list(range(1, 5001))
    assert aws.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


@pytest.mark.parametrize(("bucket", "key", "code"), [(BUCKET, "gone.txt", "NoSuchKey"), ("none", KEY, "NoSuchBucket")])
def test_what_is_missing_is_told_by_its_code(aws: LazyAws, shipped: Path, bucket: str, key: str, code: str) -> None:
    """The invocation fails with S3's own word for it, and the key is nowhere."""
    one = Function(shipped, aws)
    event = put(key)
    event["Records"][0]["s3"]["bucket"]["name"] = bucket
    with pytest.raises(ServiceFault, match=f"{code} at the door s3") as caught:
        one(event)
    assert "flower" not in str(caught.value) + b"".join(one.lines).decode()


@pytest.mark.parametrize("name", ["results", "results.fifo"])
def test_results_in_a_real_queue(aws: LazyAws, shipped: Path, name: str) -> None:
    """Results arrive with their ids; of a FIFO queue in the order of the messages, and once."""
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url = aws.sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
    one = Function(shipped, aws, results_queue_url=url)
    for _ in range(2 if fifo else 1):
        assert one(sample("sqs-fifo")) == {"batchItemFailures": []}
    found = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(json.loads(message["Body"])["id"] for message in found) == ["a1", "a2", "b1"]
    aws.sqs.delete_queue(QueueUrl=url)


def test_a_result_that_sqs_refuses_is_its_messages_failure(aws: LazyAws, shipped: Path) -> None:
    """A result over SQS's limit comes again, and its neighbours are stored."""
    url = aws.sqs.create_queue(QueueName="limited", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    one = Function(shipped, aws, results_queue_url=url)
    event = sample("sqs")
    event["Records"][0]["body"] = json.dumps({"text": "marker", "id": "marker" * 1000})
    assert one(event) == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert len(aws.sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert b"marker" not in b"".join(one.lines)
    aws.sqs.delete_queue(QueueUrl=url)


def test_a_queue_that_is_not_there_fails_every_message(aws: LazyAws, shipped: Path, endpoint: str) -> None:
    """Nothing is lost, and the log has SQS's code."""
    one = Function(shipped, aws, results_queue_url=f"{endpoint}/123456789012/none")
    event = sample("sqs")
    assert len(one(event)["batchItemFailures"]) == 2
    assert "NonExistentQueue" in one.lines[0].decode()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "marker"}}, "GetObject"),
            "ClientError AccessDenied",
        ),
        (EndpointConnectionError(endpoint_url="marker"), "EndpointConnectionError"),
        (ValueError("marker"), "ValueError"),
    ],
)
def test_what_is_told_of_an_error(error: Exception, words: str) -> None:
    """Its class and AWS's code; its message may hold anything."""
    assert told(error) == words


def test_the_bucket_of_a_real_account_needs_boto3(aws: LazyAws) -> None:
    """What these tests speak to is boto3's own client."""
    assert type(aws.s3).__module__ == "botocore.client"
    assert boto3.__version__
