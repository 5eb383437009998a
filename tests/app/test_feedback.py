"""Feedback: one line that joins to the answer's, over every door, and nothing of it but two checked fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.direct import ServiceFault, answer
from app.front import valid_id
from app.predict import open_core
from app.settings import Settings
from tests.app.doors.parts import HTTP, Function, request
from tests.app.serving import TEXT, Inside, body_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RIGHT = {"request_id": "a-1_B.:/+=@", "label": "negative"}
LINE = {"level": "info", "event": "feedback", **RIGHT, "model": "sentiment-1.0.0"}


def told(one: Inside | Function) -> list[dict[str, Any]]:
    """The lines of feedback, without their times."""
    lines = [line for line in one.logged() if line.get("event") == "feedback"]
    return [{name: value for name, value in line.items() if name != "time"} for line in lines]


def test_feedback_is_one_line(inside: Callable[..., Inside]) -> None:
    """It is taken with 202, and its line has the id, the label and the model that served then."""
    client = inside()
    reply = client.post("/feedback", json.dumps(RIGHT).encode())
    assert (reply.status_code, reply.json()) == (202, {"status": "recorded"})
    assert told(client) == [LINE]
    assert list(client.logged()[0])[:3] == ["time", "level", "event"]


def test_an_answers_own_id_is_taken(inside: Callable[..., Inside]) -> None:
    """What an answer names as X-Request-Id stands in its line and may be sent back as it is."""
    client = inside()
    request_id = client.post("/predict", body_of(TEXT)).headers["x-request-id"]
    client.post("/feedback", json.dumps({"request_id": request_id, "label": "neutral"}).encode())
    answered, feedback = client.logged()[:2]
    assert answered["request_id"] == feedback["request_id"] == request_id
    assert "answers" in answered


def test_feedback_is_logged_also_where_requests_are_not(inside: Callable[..., Inside]) -> None:
    """Switching off the lines of requests loses no feedback."""
    client = inside(log_requests=False)
    client.post("/feedback", json.dumps(RIGHT).encode())
    assert told(client) == [LINE]
    assert len(client.lines) == 1


@pytest.mark.parametrize("source", HTTP)
def test_feedback_by_every_http_source(shipped: Path, inside: Callable[..., Inside], source: str) -> None:
    """The same bytes and the same line as over a socket."""
    one, client = Function(shipped), inside()
    body = json.dumps(RIGHT).encode()
    assert one(request(source, path="/feedback", body=body))["body"].encode() == client.post("/feedback", body).content
    assert told(one) == told(client) == [LINE]


def test_feedback_by_a_direct_invocation(shipped: Path) -> None:
    """The body of the HTTP request stands under `feedback`."""
    one = Function(shipped)
    assert one({"feedback": RIGHT}) == {"status": "recorded"}
    assert told(one) == [LINE]


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({}, 422, "$.request_id"),
        ({"request_id": "a"}, 422, "$.label"),
        ({"request_id": 1, "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "", "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "x" * 129, "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "a b", "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "a\n", "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "ä", "label": "neutral"}, 422, "$.request_id"),
        ({"request_id": "a", "label": "Neutral"}, 422, "$.label"),
        ({"request_id": "a", "label": ""}, 422, "$.label"),
        ({"request_id": "a", "label": None}, 422, "$.label"),
        ([], 422, "$"),
    ],
)
def test_mistakes_name_their_place(shipped: Path, body: Any, status: int, path: str) -> None:
    """A wrong field is a 422 that names it, by HTTP and direct, and writes no line."""
    one = Function(shipped)
    response = one(request("http-api", path="/feedback", body=json.dumps(body).encode()))
    found = json.loads(response["body"])
    assert (response["statusCode"], found["status"], found["path"]) == (status, status, path)
    assert one({"feedback": body}) == found
    assert told(one) == []


def test_the_labels_are_named_to_who_sends_another(door: Inside) -> None:
    """The problem says which labels there are."""
    detail = door.post("/feedback", b'{"request_id": "a", "label": "good"}').json()["detail"]
    assert detail == "Expected one of `negative`, `neutral`, `positive` - at `$.label`"


@given(request_id=st.text(max_size=130))
@example("x" * 128)
@example("x" * 129)
@example("a\n")
def test_ids_are_those_that_a_header_may_have(shipped: Path, request_id: str) -> None:
    """An id is taken exactly where X-Request-Id would be, so that what was answered can be told of."""
    lines: list[bytes] = []
    one = Function(shipped)
    one.lines = lines
    found = answer(one.core, {"feedback": {"request_id": request_id, "label": "neutral"}})
    assert (found == {"status": "recorded"}) == bool(valid_id(request_id.encode("utf-8", "replace")))


def test_feedback_asks_for_a_key(inside: Callable[..., Inside]) -> None:
    """Where keys are set, nobody without one tells what was right."""
    client = inside(api_keys_sha256=("a" * 64,))
    assert client.post("/feedback", json.dumps(RIGHT).encode()).status_code == 401
    assert told(client) == []


def test_feedback_takes_post_alone(door: Inside) -> None:
    """Other methods are told which one there is."""
    found = door.get("/feedback")
    assert (found.status_code, found.headers["allow"]) == (405, "POST")


def test_without_a_model_there_is_no_feedback(tmp_path: Path) -> None:
    """Which labels there are is not known then: 503 over HTTP, an error of the invocation when direct."""
    core = open_core(Settings(artifacts=str(tmp_path)))
    assert core.routes["/feedback"](json.dumps(RIGHT).encode()).status == 503
    with pytest.raises(ServiceFault):
        answer(core, {"feedback": RIGHT})
