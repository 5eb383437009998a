"""Every problem type, as some request produces it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from hashlib import sha256

import httpx
import pytest

from app import direct
from app.problems import KINDS, TYPE_PREFIX
from tests.app.serving import HOUSE, TEXT, Inside, Running, body_of, explode, parsed

Make = Callable[..., Inside]


async def _late() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(30)  # cut off by the service after 0.1 s


def _faulty(make: Make) -> Inside:
    client = make()
    client.door.core.routes["/predict"] = explode  # type: ignore[attr-defined]
    return client


def _invoked(make: Make) -> httpx.Response:
    document = direct.answer(make().door.core, {"unknown": 1})  # type: ignore[attr-defined]
    return httpx.Response(document["status"], json=document, headers={"content-type": "application/problem+json"})


PRODUCERS: dict[str, tuple[int, Callable[[Make, Running], httpx.Response]]] = {
    "malformed-request": (400, lambda _, served: parsed(served.ask(b"nonsense\r\n\r\n"))),
    "invalid-json": (400, lambda make, _: make().post("/predict", b"{")),
    "unauthorized": (401, lambda make, _: make(api_keys_sha256=(sha256(b"key").hexdigest(),)).get("/model")),
    "not-found": (404, lambda make, _: make().get("/nothing")),
    "method-not-allowed": (405, lambda make, _: make().get("/predict")),
    "body-timeout": (408, lambda make, _: make(body_timeout_s=0.1).post("/predict", _late())),
    "body-too-large": (413, lambda make, _: make(max_body_bytes=5).post("/predict", body_of(TEXT))),
    "text-too-long": (413, lambda make, _: make(max_text_chars=1).post("/predict", body_of("ab"))),
    "batch-too-large": (413, lambda make, _: make(max_batch_texts=1).post("/predict/batch", b'{"texts":["",""]}')),
    "invalid-shape": (422, lambda make, _: make().post("/predict", b'{"text":1}')),
    "unknown-event": (422, lambda make, _: _invoked(make)),
    "headers-too-large": (
        431, lambda _, served: parsed(served.ask(b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000)),
    ),
    "internal": (500, lambda make, _: _faulty(make).post("/predict", body_of(TEXT))),
    "model-unavailable": (503, lambda make, _: make(task="none").post("/predict", body_of(TEXT))),
}  # fmt: skip


OF_EVENTS = {"malformed-event", "invalid-line"}
"""Those that no request over HTTP can have; the tests of the doors produce them."""


def test_the_table_here_names_every_problem() -> None:
    """A problem type that no request here produces is not allowed, but for those of events."""
    assert set(PRODUCERS) | OF_EVENTS == set(KINDS)


@pytest.mark.parametrize("kind", PRODUCERS)
def test_a_problem_is_a_document_of_rfc_9457(inside: Make, served: Running, kind: str) -> None:
    """Type, title, status and detail, the type stable, the status that of the answer, and nothing of the inside."""
    status, produce = PRODUCERS[kind]
    answer = produce(inside, served)
    found = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (found["type"], found["status"]) == (f"urn:undertone:problem:{kind}", status)
    assert found["title"] == KINDS[kind].title
    assert set(found) - {"path"} == {"type", "title", "status", "detail"}
    assert [word for word in ("Traceback", ".py", str(HOUSE), "site-packages", TEXT) if word in answer.text] == []


@pytest.mark.parametrize(
    ("kind", "header", "value"),
    [
        ("unauthorized", "www-authenticate", 'Bearer realm="undertone"'),
        ("method-not-allowed", "allow", "POST"),
        ("model-unavailable", "retry-after", "60"),
        ("body-timeout", "connection", "close"),
        ("body-too-large", "connection", "close"),
        ("malformed-request", "connection", "close"),
        ("headers-too-large", "connection", "close"),
    ],
)
def test_a_problem_carries_its_header(inside: Make, served: Running, kind: str, header: str, value: str) -> None:
    """What a client has to do next stands in the header that HTTP has for it."""
    _, produce = PRODUCERS[kind]
    assert produce(inside, served).headers[header] == value


def test_types_are_those_that_clients_know() -> None:
    """A type, once published, keeps its name and status."""
    published = {
        "malformed-request": 400, "invalid-json": 400, "unauthorized": 401, "not-found": 404,
        "method-not-allowed": 405, "body-timeout": 408, "body-too-large": 413, "text-too-long": 413,
        "batch-too-large": 413, "invalid-shape": 422, "unknown-event": 422, "headers-too-large": 431,
        "internal": 500, "model-unavailable": 503,
    }  # fmt: skip
    assert {kind: KINDS[kind].status for kind in published} == published
    assert TYPE_PREFIX == "urn:undertone:problem:"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/predict", {}, "$.text"),
        ("/predict", {"text": 1}, "$.text"),
        ("/predict", [], "$"),
        ("/predict", {"text": "abcdefgh"}, "$.text"),
        ("/predict/batch", {}, "$.texts"),
        ("/predict/batch", {"texts": {}}, "$.texts"),
        ("/predict/batch", {"texts": [""] * 9}, "$.texts"),
        ("/process_text", {"text": ""}, "$.payload"),
        ("/process_text", {"payload": None}, "$.payload"),
        ("/process_text", {"payload": "abcdefgh"}, "$.payload"),
    ],
)
def test_a_problem_names_the_place_of_the_mistake(inside: Make, path: str, body: object, expected: str) -> None:
    """`path` is the JSONPath of what is wrong in the body."""
    client = inside(max_text_chars=7, max_batch_texts=8)
    assert client.post(path, json.dumps(body).encode()).json()["path"] == expected


def test_a_fault_answers_with_the_id_under_which_it_is_logged(inside: Make) -> None:
    """A 500 tells nothing but its id, under which the log has the error's type and places and no message."""
    client = _faulty(inside)
    answer = client.post("/predict", body_of("marker"))
    fault, line = client.logged()
    assert answer.headers["x-request-id"] == fault["request_id"] == line["request_id"]
    assert (fault["level"], fault["event"], fault["error"]) == ("error", "fault", "ValueError")
    assert fault["places"][-1].endswith(" explode")
    assert b"marker" not in b"".join(client.lines) + answer.content
