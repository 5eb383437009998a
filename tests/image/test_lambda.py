"""The Lambda image, one call at a time, gives the answers of the core in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app import direct

if TYPE_CHECKING:
    from app.predict import Core
    from tests.image.conftest import Container

DIRECT = [
    {"text": "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn."},
    {"text": ""},
    {"text": "Überschuss 売上高 \U0001f4c8 \u0000"},
    {"texts": ["Sales fell.", 42, "The meeting is on 4 April."]},
    {"payload": "Nokia wins five-year 5G contract"},
    {"text": 42},
]
BODIES = [
    ("/predict", b'{"text": "Sales fell."}'),
    ("/predict", b'{"text": 42}'),
    ("/predict", b"no JSON"),
    ("/predict/batch", b'{"texts": ["Sales fell.", null]}'),
    ("/process_text", b'{"payload": "Sales fell."}'),
]


def http_event(method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    """A request as a function URL sends it.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "stage": "$default",
        },
        "body": body.decode(),
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("event", DIRECT, ids=json.dumps)
def test_a_direct_invocation_answers_as_the_core(function: Container, core: Core, event: dict[str, Any]):
    """The image's answer to an event is the one of this process."""
    assert function.invoke(event) == direct.answer(core, event)


@pytest.mark.parametrize(("path", "body"), BODIES, ids=str)
def test_an_http_event_answers_as_the_core(function: Container, core: Core, path: str, body: bytes):
    """Status, type and bytes behind a function URL are the core's."""
    answer = function.invoke(http_event("POST", path, body))
    reply = core.routes[path](body)
    found = (answer["statusCode"], answer["headers"]["content-type"], answer["body"].encode())
    assert found == (reply.status, reply.content_type, reply.body)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/livez", "/readyz", "/model"])
def test_pages_are_there(function: Container, path: str):
    """What FastAPI and Mangum answer is in the image too."""
    assert function.invoke(http_event("GET", path))["statusCode"] == 200


def test_it_ran_as_lambda_runs_it(function: Container):
    """The user is Lambda's, without capabilities, and can write to /tmp alone."""
    found = function.python(
        "import json, os; "
        "caps = [line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')]; "
        "print(json.dumps([os.getuid(), caps, [p for p in ('/tmp', '/var/task', '/') if os.access(p, os.W_OK)]]))"
    )
    assert found == [993, ["0000000000000000"], ["/tmp"]]  # noqa: S108


def test_it_can_speak_to_aws(function: Container):
    """boto3 and its descriptions of the services that are used are in the image, at the version that is locked."""
    made = function.python(
        "import boto3, json; clients = [boto3.client(name, region_name='eu-west-1') for name in ('s3', 'sqs')]; "
        "print(json.dumps([client.meta.service_model.service_name for client in clients]))"
    )
    assert made == ["s3", "sqs"]
