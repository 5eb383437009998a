"""The function's URL: HTTP in, an event of format 2.0, HTTP out."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loadtest.local_lambda.running import Local

EVENTS = "tests/events"


def test_a_request_becomes_the_event_of_awss_own_sample(local: Local, pytestconfig: pytest.Config):
    """The event has the fields of the sample, and none besides, but for the parts that a request may lack."""
    sample = json.loads((pytestconfig.rootpath / EVENTS / "function-url.json").read_text())
    event = local.request("POST", "/predict", content=b"{}", headers={"content-type": "application/json"}).json()
    assert _shape(event) == _shape(sample)
    assert _shape(event["requestContext"]) == _shape(sample["requestContext"])
    assert _shape(event["requestContext"]["http"]) == _shape(sample["requestContext"]["http"])
    assert set(sample["headers"]) <= set(event["headers"])


def _shape(document: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in document.items()}


def test_what_the_event_holds(local: Local):
    """Path as it was sent, query joined by name, cookies apart, header names in small letters."""
    event = local.get("/a%20b/c?x=1&x=2&y=%C3%A4", headers={"X-Two": "yes", "Cookie": "a=1; b=2"}).json()
    assert event["rawPath"] == "/a%20b/c"
    assert event["rawQueryString"] == "x=1&x=2&y=%C3%A4"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "ä"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-two"] == "yes"
    assert event["requestContext"]["http"]["method"] == "GET"
    assert "body" not in event


@pytest.mark.parametrize(
    ("content_type", "body", "base64"),
    [
        ("application/json", '{"text": "ä"}'.encode(), False),
        ("text/plain; charset=utf-8", b"text", False),
        ("application/problem+json", b"{}", False),
        ("application/octet-stream", b"\x00\xff", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("application/json", b"\xff\xfe", True),
    ],
)
def test_bodies(local: Local, content_type: str, body: bytes, base64: bool):
    """Text goes as text, all else in base64."""
    event = local.request("POST", "/", content=body, headers={"content-type": content_type}).json()
    assert event["isBase64Encoded"] is base64
    assert (b64decode(event["body"]) if base64 else event["body"].encode()) == body


def test_a_response_as_the_function_made_it(local: Local):
    """Status, headers, cookies and bytes."""
    answer = local.get("/made")
    assert (answer.status_code, answer.content) == (201, b"made")
    assert (answer.headers["x-made"], answer.headers["content-type"]) == ("yes", "text/plain")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-local-lambda-init"] in ("cold", "warm")


def test_a_result_without_a_status_is_a_body(local: Local):
    """Lambda makes a JSON response of it."""
    answer = local.get("/number")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "application/json", b"42")


@pytest.mark.parametrize(("path", "error"), [("/fail", "ZeroDivisionError"), ("/strange", "InvalidResponse")])
def test_a_fault_is_a_bad_gateway(local: Local, path: str, error: str):
    """502 without the fault's words; only the local header names its type."""
    answer = local.get(path)
    assert (answer.status_code, answer.text) == (502, "Internal Server Error")
    assert answer.headers["x-local-lambda-error"] == error


def test_too_large_a_body(local: Local):
    """Six megabytes and a byte."""
    answer = local.request("POST", "/", content=b"x" * (6 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (413, "RequestTooLargeException")


def test_curl(local: Local, tmp_path: Path):
    """curl's own words pass, also its Expect of a large body."""
    body = tmp_path / "body"
    body.write_bytes(b"y" * 2_000_000)
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "-H", "Content-Type: text/plain"]
    done = subprocess.run([*command, "--data-binary", f"@{body}", local.url], check=True, capture_output=True)
    assert json.loads(done.stdout)["body"] == body.read_text()


def test_a_status_that_has_no_body(local: Local):
    """204 with a body goes out without it, and the connection stays usable."""
    with httpx.Client(base_url=local.url, trust_env=False) as client:
        assert (client.get("/empty").status_code, client.get("/empty").content) == (204, b"")
        assert client.get("/made").content == b"made"
