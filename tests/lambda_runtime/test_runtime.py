"""The function below the real runtime client: init, invocations, faults, the end."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.doors.parts import HTTP, NAMES, headers_of, request, sample
from tests.app.serving import TEXT, body_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.app.serving import Inside
    from tests.conftest import Pair
    from tests.lambda_runtime.api import Environment


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("base64", [False, True], ids=["plain", "base64"])
def test_a_request_by_every_source(running: Environment, door: Inside, source: str, base64: bool) -> None:
    """Through the runtime client an answer has the bytes that it has over a socket."""
    expected = door.post("/predict", body_of(TEXT))
    answer = running.invoke(request(source, body=body_of(TEXT), base64=base64))
    assert (answer.kind, answer.result["statusCode"]) == ("response", 200)
    assert answer.result["body"].encode() == expected.content


@pytest.mark.parametrize(
    "event", [{"text": TEXT}, {"texts": [TEXT, 1]}, {"payload": TEXT}, {"text": 1}, {"warmup": True}]
)
def test_a_direct_invocation(running: Environment, door: Inside, event: dict[str, Any]) -> None:
    """A caller's JSON comes back as JSON, also when the mistake is theirs."""
    kind = next(iter(event))
    paths = {"text": "/predict", "texts": "/predict/batch", "payload": "/process_text"}
    expected = (
        door.post(paths[kind], json.dumps(event)).json()
        if kind in paths
        else {"warm": True, "model": "sentiment-1.0.0"}
    )
    answer = running.invoke(event)
    assert (answer.kind, answer.result) == ("response", expected)


@pytest.mark.parametrize("name", [name for name in NAMES if "s3" not in name and "sqs" not in name])
def test_every_sample_is_answered_or_failed_in_form(running: Environment, name: str) -> None:
    """No event ends the process: each has a response, or an error without its text."""
    answer = running.invoke(sample(name))
    assert answer.kind in ("response", "error")
    assert TEXT.encode() not in answer.body
    assert running.process.poll() is None


@pytest.mark.parametrize("event", [None, [], "text", 1, 1.5, True, {}, {"Records": [{}]}, {"a": {"b": [None]}}])
def test_an_event_without_a_door_gets_the_list_of_doors(running: Environment, event: object) -> None:
    """The problem names the doors that there are."""
    answer = running.invoke(event)
    assert (answer.kind, answer.result["type"]) == ("response", "urn:undertone:problem:unknown-event")
    assert "VPC Lattice" in answer.result["detail"]


def test_pages_by_the_runtime_client(running: Environment) -> None:
    """FastAPI is there for those who ask."""
    answer = running.invoke(request("http-api", "GET", "/docs"))
    assert (answer.result["statusCode"], headers_of(answer.result)["content-type"]) == (
        200,
        ["text/html; charset=utf-8"],
    )


def test_an_event_that_is_no_json_is_the_runtime_clients_to_refuse(running: Environment) -> None:
    """The process stays and takes the next event."""
    assert running.invoke(b"{").kind == "error"
    assert running.invoke({"text": TEXT}).kind == "response"


def test_the_largest_payload_goes_in_and_out(shipped: Path, environment: Callable[..., Environment]) -> None:
    """Six megabytes pass either way, and the deadline of a slow one is told to nobody but the client."""
    one = environment(
        UNDERTONE_ARTIFACTS=str(shipped), UNDERTONE_MAX_TEXT_CHARS="4500000", UNDERTONE_MAX_BODY_BYTES="4500000"
    )
    large = "a b " * 1_000_000
    inside = one.invoke(request("http-api", path="/process_text", body=json.dumps({"payload": large}).encode()))
    direct = one.invoke({"payload": large + "x" * 1_900_000})
    batch = one.invoke({"texts": ["a" * 5_900_000]})
    assert json.loads(inside.result["body"])["Raw Text"] == large
    assert direct.result["status"] == 413
    assert (len(batch.result["errors"]), batch.kind) == (1, "response")


def test_a_deadline_that_has_passed_is_not_ours_to_keep(running: Environment) -> None:
    """Lambda ends an environment at its deadline; an answer that takes microseconds is given all the same."""
    assert running.invoke({"text": TEXT}, timeout_s=0.001).kind == "response"


def test_one_line_of_telemetry_for_each_invocation(shipped: Path, environment: Callable[..., Environment]) -> None:
    """The request id and the trace of each invocation, and one cold start."""
    one = environment(UNDERTONE_ARTIFACTS=str(shipped))
    for number in range(3):
        one.invoke({"text": TEXT}, trace_id=f"Root=1-{number}")
    one.end()
    lines = [line for line in one.lines() if "_aws" in line]
    assert [line["trace_id"] for line in lines] == ["Root=1-0", "Root=1-1", "Root=1-2"]
    assert [line["request_id"][-1] for line in lines] == ["1", "2", "3"]
    assert [line.get("ColdStarts") for line in lines] == [1, None, None]
    assert set(lines[0]["phases_ms"]) == {"import", "load", "first_call"}


def test_the_model_is_loaded_once(pair: Pair, environment: Callable[..., Environment]) -> None:
    """After init the artifact's folder may go: no invocation reads it, not even that of a page."""
    one = environment(UNDERTONE_ARTIFACTS=str(pair.root))
    one.wait_until_ready()
    shutil.rmtree(pair.root)
    answers = [one.invoke({"text": TEXT}).result for _ in range(50)]
    pages = [one.invoke(request("rest-api", "GET", path)).result["statusCode"] for path in ("/readyz", "/model", "/")]
    assert answers == [answers[0]] * 50
    assert pages == [200, 200, 200]


@pytest.mark.parametrize(
    ("file", "content", "error"),
    [
        ("saved_model/sentiment/weights.safetensors", b"x", "ArtifactHash"),
        ("vectorizer/sentiment/vocabulary.txt", b"", "ArtifactHash"),
        ("saved_model/sentiment/manifest.json", None, "ArtifactMissing"),
    ],
)
def test_a_damaged_artifact_ends_init(
    pair: Pair, environment: Callable[..., Environment], file: str, content: bytes | None, error: str
) -> None:
    """The init error names the artifact's error and the file, so the deployment stops there."""
    if content is None:
        (pair.root / file).unlink()
    else:
        pair.write(file, content)
    one = environment(UNDERTONE_ARTIFACTS=str(pair.root))
    answer = one.answer()
    assert (answer.kind, answer.result["errorType"]) == ("init-error", "UnusableModel")
    assert error in answer.result["errorMessage"]
    assert file in answer.result["errorMessage"]
    assert one.exit_code() != 0


def test_a_wrong_setting_ends_init(shipped: Path, environment: Callable[..., Environment]) -> None:
    """The init error names the variable."""
    one = environment(UNDERTONE_ARTIFACTS=str(shipped), UNDERTONE_MAX_BODY_BYTES="6MB")
    answer = one.answer()
    assert (answer.kind, answer.result["errorType"]) == ("init-error", "SettingsError")
    assert "UNDERTONE_MAX_BODY_BYTES" in answer.result["errorMessage"]


def test_a_fault_is_posted_without_the_text(shipped: Path, environment: Callable[..., Environment]) -> None:
    """A message that cannot be stored fails the invocation by name, and nobody reads what it said."""
    one = environment(UNDERTONE_ARTIFACTS=str(shipped))
    event = sample("sns")
    event["Records"][0]["Sns"]["Message"] = '{"text": "marker"}'
    answer = one.invoke(event)
    assert (answer.kind, answer.result["errorType"]) == ("error", "ServiceFault")
    assert "NowhereToStore" in answer.result["errorMessage"]
    assert one.invoke({"text": TEXT}).kind == "response"
    one.end()
    assert b"marker" not in answer.body + one.out + one.err.encode()


def test_sigterm_ends_the_process(shipped: Path, environment: Callable[..., Environment]) -> None:
    """Lambda's signal at the end of an environment is obeyed while it waits."""
    one = environment(UNDERTONE_ARTIFACTS=str(shipped))
    one.wait_until_ready()
    assert one.end() in (0, -15)


def test_base64_of_bytes_that_are_no_text(running: Environment) -> None:
    """A body that is not UTF-8 is the caller's mistake through the runtime client too."""
    event = request("function-url", body=b"") | {"body": b64encode(b"\xff\xfe").decode(), "isBase64Encoded": True}
    assert running.invoke(event).result["statusCode"] == 400
