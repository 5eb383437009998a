"""The Invoke API, asked by boto3: Lambda's own client, with the real runtime client behind it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.loadtest.local_lambda.running import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loadtest.local_lambda.running import Local

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:undertone"


@pytest.mark.parametrize("event", [{"a": ["ä", 1, None]}, [], "text", 1, 1.5, True, None])
def test_any_json_goes_in_and_comes_back(local: Local, event: Any):
    """The event reaches the handler as JSON and its result the caller."""
    assert local.invoke(event).payload == event


def test_no_payload_is_an_empty_object(local: Local):
    """As with Lambda."""
    assert local.invoke(b"").payload == {}


def test_what_an_answer_tells(local: Local):
    """Status, version, request id, and where the answer was made."""
    local.invoke({})
    told = local.invoke({})
    assert (told.status, told.error, told.version) == (200, None, "$LATEST")
    assert re.fullmatch(r"[0-9a-f-]{36}", told.headers["x-amzn-requestid"])
    assert told.headers["x-local-lambda-init"] == "warm"
    assert float(told.headers["x-local-lambda-duration-ms"]) > 0


def test_the_context(local: Local):
    """The handler sees its request id, its ARN, its memory, its time, and the caller's context; no account's keys."""
    given = b64encode(json.dumps({"custom": {"who": "ä"}}).encode()).decode()
    told = local.invoke({"do": "tell"}, ClientContext=given)
    assert told.payload["id"] == told.headers["x-amzn-requestid"]
    assert told.payload["arn"] == ARN
    assert told.payload["memory"] == "512"
    assert 25_000 < told.payload["remaining_ms"] <= 30_000
    assert told.payload["custom"] == {"who": "ä"}
    assert told.payload["account"] == "local"


@pytest.mark.parametrize(
    ("name", "qualifier", "version"),
    [
        ("undertone", "", "$LATEST"),
        ("undertone", "$LATEST", "$LATEST"),
        ("undertone", "live", "1"),
        ("undertone:live", "", "1"),
        (ARN, "", "$LATEST"),
        (f"{ARN}:1", "", "1"),
        ("123456789012:function:undertone", "", "$LATEST"),
    ],
)
def test_names_and_qualifiers(local: Local, name: str, qualifier: str, version: str):
    """A name, a partial and a whole ARN, with a version or an alias."""
    more = {"Qualifier": qualifier} if qualifier else {}
    assert local.invoke({}, name=name, **more).version == version


@pytest.mark.parametrize(("name", "more"), [("other", {}), ("undertone", {"Qualifier": "9"}), ("undertone:blue", {})])
def test_an_unknown_function(local: Local, name: str, more: dict[str, str]):
    """A name or version that is not there is named."""
    with pytest.raises(local.client.exceptions.ResourceNotFoundException, match="Function not found: arn:aws"):
        local.invoke({}, name=name, **more)


def test_a_dry_run_runs_nothing(local: Local):
    """DryRun says 204, and the function is not asked."""
    before = local.stats()["answered"]
    assert local.invoke({}, InvocationType="DryRun").status == 204
    assert local.stats()["answered"] == before


def test_the_log_tail(local: Local):
    """LogType=Tail gives the last 4 KB: what the function wrote, between START and REPORT."""
    told = local.invoke({"do": "write", "text": "ä line"}, LogType="Tail")
    lines = b64decode(told.log).decode().splitlines()
    request_id = told.headers["x-amzn-requestid"]
    assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert sorted(lines[1:3]) == ["to stderr", "ä line"]
    assert lines[3] == f"END RequestId: {request_id}"
    assert lines[4].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert not local.invoke({}).log


def test_a_long_log_is_cut_at_its_beginning(local: Local):
    """A function that writes 3 MB does not hang, and its tail has 4 KB."""
    told = local.invoke({"do": "write", "text": "0123456789" * 100, "times": 3000}, LogType="Tail")
    tail = b64decode(told.log)
    assert len(tail) == 4096
    assert b"REPORT" in tail


def test_report_lines_tell_the_truth(local: Local):
    """Duration is that of the call, it is billed by the started millisecond, memory is that of the process."""
    told = local.invoke({"do": "sleep", "s": 0.05}, LogType="Tail")
    report = b64decode(told.log).decode()
    times = r"Duration: ([\d.]+) ms\tBilled Duration: (\d+) ms\t"
    found = re.search(times + r"Memory Size: 512 MB\tMax Memory Used: (\d+) MB", report)
    assert found
    assert 50 <= float(found[1]) < 1000
    assert float(found[1]) <= int(found[2]) < float(found[1]) + 200
    assert 5 < int(found[3]) < 200


def test_six_megabytes_go_in(local: Local):
    """The limit is 6 MB, and one byte more is refused by size."""
    head, most = b'{"do": "echo", "x": "', 6 * 1024 * 1024
    event = head + b"x" * (most - len(head) - 2) + b'"}'
    assert len(local.invoke(event).payload["x"]) == most - len(head) - 2
    with pytest.raises(ClientError, match=r"RequestTooLargeException.*must be smaller than 6291456 bytes"):
        local.invoke(event + b" ")


def test_an_event_of_a_megabyte_is_too_large(local: Local):
    """Asynchronous events have 1 MB."""
    with pytest.raises(ClientError, match="must be smaller than 1048576 bytes"):
        local.invoke(b'"' + b"x" * 1024 * 1024 + b'"', InvocationType="Event")


def test_an_event_that_is_no_json(local: Local):
    """The caller is told, and the function is not asked."""
    with pytest.raises(local.client.exceptions.InvalidRequestContentException, match="Could not parse request body"):
        local.invoke(b"{")


@pytest.mark.parametrize("path", ["/2015-03-31/functions/undertone", "/2015-03-31/layers"])
def test_the_rest_of_lambdas_api_is_not_here(local: Local, path: str):
    """One clear line instead of the function's URL."""
    answer = local.get(path)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert path in answer.json()["message"]


def test_an_invocation_type_that_is_none(local: Local):
    """Named with those that there are."""
    path = "/2015-03-31/functions/undertone/invocations"
    answer = local.request("POST", path, content=b"{}", headers={"X-Amz-Invocation-Type": "Later"})
    assert answer.status_code == 400
    assert "'Later'; it must be RequestResponse, Event or DryRun" in answer.json()["message"]


def test_a_caller_that_leaves_takes_nobody_along(local: Local):
    """Lambda ends what a caller has begun; the environment is free afterwards."""
    path = f"{local.url}/2015-03-31/functions/undertone/invocations"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(path, json={"do": "sleep", "s": 0.5}, timeout=0.2, trust_env=False)
    until(lambda: local.stats()["in_flight"] == 0, "it never ended")
    assert local.invoke("next").payload == "next"


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_aws_cli(local: Local, tmp_path: Path):
    """`aws lambda invoke` works as on Lambda, but for its --endpoint-url."""
    given, result = tmp_path / "given", tmp_path / "result"
    given.write_text('{"a": "ä"}')
    command = ["aws", "lambda", "invoke", "--endpoint-url", local.url, "--region", "eu-west-1"]
    command += ["--function-name", "undertone:live", "--payload", f"fileb://{given}", str(result)]
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_CONFIG_FILE": str(tmp_path / "none")}
    done = subprocess.run(command, env={**os.environ, **keys}, check=True, capture_output=True)
    assert json.loads(done.stdout) == {"StatusCode": 200, "ExecutedVersion": "1"}
    assert json.loads(result.read_text()) == {"a": "ä"}
