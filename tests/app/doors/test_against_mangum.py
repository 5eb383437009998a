"""The doors of HTTP beside Mangum's own handlers: the same request in, the same response out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mangum.handlers import ALB, APIGateway, HTTPGateway

from app.doors import alb, http_api, rest_api
from app.problems import Reply
from tests.app.doors.parts import headers_of, request, sample

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = {
    "api_gateway_base_path": "/",
    "text_mime_types": ["text/", "application/json", "application/problem+json"],
    "exclude_headers": [],
}
PAIRS: dict[str, tuple[Any, Any]] = {
    "rest-api": (rest_api, APIGateway),
    "http-api": (http_api, HTTPGateway),
    "http-api-payload-1": (rest_api, HTTPGateway),
    "function-url": (http_api, HTTPGateway),
    "alb-single": (alb, ALB),
    "alb-multi": (alb, ALB),
}
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)
PATHS = st.sampled_from(["/predict", "/a%20b", "/a+b", "/%C3%A9", "/a/b/c"])


def both(source: str, event: dict[str, Any]) -> tuple[Any, dict[str, Any], bytes]:
    door, handler = PAIRS[source]
    theirs = handler(event, cast("Any", None), CONFIG)
    return door.read(event), theirs.scope, theirs.body


def joined(scope: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Mangum's headers, those of one name joined; a load balancer's it leaves apart."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name, []).append(value)
    return {name: (b"; " if name == b"cookie" else b", ").join(values) for name, values in found.items()}


def with_parameters(source: str, event: dict[str, Any], parameters: list[tuple[str, str]]) -> None:
    match source:
        case "http-api" | "function-url":
            event["rawQueryString"] = "&".join(f"{name}={value}" for name, value in parameters)
        case "alb-single":
            event["queryStringParameters"] = dict(parameters)
        case _:
            many: dict[str, list[str]] = {}
            for name, value in parameters:
                many.setdefault(name, []).append(value)
            event |= {"multiValueQueryStringParameters": many, "queryStringParameters": dict(parameters)}


@pytest.mark.parametrize("source", PAIRS)
@pytest.mark.parametrize("base64", [False, True])
@settings(max_examples=40)
@given(
    path=PATHS,
    method=st.sampled_from(["GET", "POST", "PUT"]),
    body=st.text(st.characters(codec="utf-8"), max_size=30),
    parameters=st.lists(st.tuples(WORDS, WORDS), max_size=3),
    headers=st.dictionaries(WORDS.map("X-{}".format), WORDS, max_size=3),
)
def test_the_same_request(
    source: str,
    base64: bool,
    path: str,
    method: str,
    body: str,
    parameters: list[tuple[str, str]],
    headers: dict[str, str],
) -> None:
    """Method, path, query, headers and body are those that Mangum reads."""
    event = request(source, method, path, body.encode(), headers, base64=base64)
    with_parameters(source, event, parameters)
    ours, scope, their_body = both(source, event)
    assert (ours.method, ours.path, ours.body) == (scope["method"], scope["path"], their_body)
    assert parse_qsl(ours.query) == parse_qsl(scope["query_string"].decode())
    assert ours.headers == joined(scope)


@pytest.mark.parametrize("source", PAIRS)
def test_the_sample_as_it_is(source: str) -> None:
    """AWS's own sample is read as Mangum reads it, but that cookies are joined by semicolons."""
    ours, scope, body = both(source, sample(source))
    assert (ours.path, ours.body, ours.headers) == (scope["path"], body, joined(scope))


REPLIES = [
    Reply(200, "application/json", b'{"a":1}'),
    Reply(200, "text/html; charset=utf-8", "Straße".encode()),
    Reply(422, "application/problem+json", b"{}", (("X-Request-Id", "a"), ("Allow", "GET"))),
    Reply(200, "image/png", b"\x89PNG\xff\x00"),
    Reply(200, "text/plain", b"x", (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))),
    Reply(304, "text/html", b"", (("Etag", "a"),)),
]


@pytest.mark.parametrize("source", PAIRS)
@pytest.mark.parametrize("reply", REPLIES)
def test_the_same_response(source: str, reply: Reply) -> None:
    """A reply is written as Mangum writes it: status, body, base64, each header and each cookie."""
    event = sample(source)
    door, handler = PAIRS[source]
    content = [] if reply.status == 304 else [(b"content-type", reply.content_type.encode())]
    headers = [*((name.lower().encode(), value.encode()) for name, value in reply.headers), *content]
    adapter = handler(event, cast("Any", None), CONFIG)
    theirs = adapter({"status": reply.status, "headers": headers, "body": reply.body})
    ours = door.write(event, reply)
    named = headers_of(theirs)
    if reply.status == 304:
        named.pop("content-type", None)  # of payload format 2.0 Mangum says that nothing is JSON
    assert {name: sorted(values) for name, values in headers_of(ours).items()} == {
        name: sorted(values) for name, values in named.items()
    }
    assert {name: ours[name] for name in ("statusCode", "body", "isBase64Encoded")} == {
        name: theirs[name] for name in ("statusCode", "body", "isBase64Encoded")
    }
