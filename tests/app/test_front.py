"""What every answer owes: its request id and its line, whichever way it came."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.app.serving import TEXT, Inside, Running, body_of
from textmodel import histogram

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYWHERE = [("POST", "/predict", 200), ("GET", "/livez", 200), ("GET", "/nothing", 404), ("GET", "/predict", 405)]


@pytest.mark.parametrize(("method", "path", "status"), EVERYWHERE)
def test_a_request_id_is_taken_from_the_request(door: Inside, method: str, path: str, status: int) -> None:
    """The caller's id comes back on every kind of answer."""
    answer = door.request(method, path, content=body_of(TEXT), headers={"X-Request-Id": "a-1_B.:/+=@"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (status, "a-1_B.:/+=@")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in EVERYWHERE])
def test_a_request_id_is_made_where_none_came(door: Inside, method: str, path: str) -> None:
    """Without one each answer has its own, of 128 bits."""
    ids = {door.request(method, path, content=body_of(TEXT)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", made) for made in ids)


@pytest.mark.parametrize("given", [b"a b", b'a"b', b"a\tb", b"\xe4", b"x" * 129, b"a;b", b"<a>", b"a\\b", b"%0d%0a"])
def test_a_request_id_that_could_not_stand_in_a_log_is_replaced(door: Inside, given: bytes) -> None:
    """Blanks, quotes, control characters, other alphabets and more than 128 characters are refused."""
    answer = door.get("/livez", headers={b"X-Request-Id": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_request_id_of_128_characters_is_taken(door: Inside) -> None:
    """The longest id is taken as it is."""
    longest = "x" * 128
    assert door.get("/livez", headers={"X-Request-Id": longest}).headers["x-request-id"] == longest


def test_an_empty_request_id_is_replaced(door: Inside) -> None:
    """An empty header is no id."""
    assert re.fullmatch("[0-9a-f]{32}", door.get("/livez", headers={"X-Request-Id": ""}).headers["x-request-id"])


def test_one_line_for_each_request(inside: Callable[..., Inside]) -> None:
    """Each answer, of the core and of FastAPI, has one line with its id, and the lines are in order."""
    client = inside()
    ids = [
        client.request(method, path, content=body_of(TEXT)).headers["x-request-id"] for method, path, _ in EVERYWHERE
    ]
    lines = client.logged()
    assert [line["request_id"] for line in lines] == ids
    assert [(line["method"], line["status"]) for line in lines] == [(m, s) for m, _, s in EVERYWHERE]
    assert [line["path"] for line in lines] == ["/predict", "/livez", "(other)", "/predict"]
    assert {(line["level"], line["event"]) for line in lines} == {("info", "request")}


@pytest.mark.parametrize(
    ("path", "body", "texts"),
    [
        ("/predict", {"text": TEXT}, [TEXT]),
        ("/predict/batch", {"texts": [TEXT, "", 1, "Sales fell."]}, [TEXT, "", "Sales fell."]),
        ("/process_text", {"payload": TEXT}, [TEXT]),
    ],
)
def test_a_line_tells_what_was_answered(
    inside: Callable[..., Inside], path: str, body: dict[str, object], texts: list[str]
) -> None:
    """The line of an answer names the model and counts its answers in buckets, of one text and of many alike."""
    client = inside()
    client.post(path, json.dumps(body).encode())
    answers = [client.door.core.model.classify(text) for text in texts]  # type: ignore[attr-defined]
    expected = histogram.of((a.label, a.score, a.known, len(text)) for a, text in zip(answers, texts, strict=True))
    (line,) = client.logged()
    assert (line["model"], line["answers"]) == ("sentiment-1.0.0", expected)


@pytest.mark.parametrize(("path", "body"), [("/predict", b"{}"), ("/predict/batch", b'{"texts":[1]}'), ("/x", b"")])
def test_a_line_without_an_answer_tells_of_none(inside: Callable[..., Inside], path: str, body: bytes) -> None:
    """Where no text was classified, neither model nor answers stand in the line."""
    client = inside()
    client.post(path, body)
    assert {"model", "answers"} & set(client.logged()[0]) == set()


def test_lines_can_be_switched_off(inside: Callable[..., Inside]) -> None:
    """With log_requests off a request writes nothing."""
    client = inside(log_requests=False)
    client.post("/predict", body_of(TEXT))
    assert client.lines == []


def test_an_unknown_method_stands_in_no_line(inside: Callable[..., Inside]) -> None:
    """A method of the caller's own making is not written down."""
    client = inside()
    client.request("SECRETWORD", "/livez")
    assert client.logged()[0]["method"] == "(other)"


def test_an_answer_of_the_server_itself_has_an_id_and_a_line(served: Running) -> None:
    """Also what never became a request is answered with an id, which is in the log."""
    answer = served.ask(b"what is this\r\n\r\n")
    made = re.search(rb"x-request-id: ([0-9a-f]{32})\r\n", answer)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert made
    assert made[1].decode() in [line["request_id"] for line in served.logged()]
