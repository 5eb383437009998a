"""HTTP by every source: the same request, the same answer, in the form that each source wants."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from app.problems import Reply
from tests.app.doors.parts import HTTP, NO_DOOR, Function, headers_of, request, sample
from tests.app.serving import TEXT, body_of, explode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.app.serving import Inside

BODIES = [
    ("/predict", body_of(TEXT)),
    ("/predict", body_of("売上高 straße \x00 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))),
    ("/predict", b'{"text": 1}'),
    ("/predict", b"{"),
    ("/predict", b""),
    ("/predict/batch", b'{"texts": ["Profit rose", 1, ""]}'),
    ("/process_text", b'{"payload": "Net loss"}'),
    ("/process_text/", b'{"payload": "Net loss"}'),
]


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("base64", [False, True], ids=["plain", "base64"])
@pytest.mark.parametrize(("path", "body"), BODIES)
def test_the_same_bytes_as_over_a_socket(
    shared: Function, door: Inside, source: str, base64: bool, path: str, body: bytes
) -> None:
    """Every source's answer to a request has the status, the bytes and the type of the ASGI door's."""
    expected = door.post(path, body)
    found = shared(request(source, "POST", path, body, base64=base64))
    assert found["statusCode"] == expected.status_code
    assert found["isBase64Encoded"] is False
    assert found["body"].encode() == expected.content
    assert headers_of(found)["content-type"] == [expected.headers["content-type"]]


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/livez", "/readyz", "/model", "/none", "/page/nothing"]
)
def test_pages_are_those_of_the_server(shared: Function, door: Inside, source: str, path: str) -> None:
    """Whatever else is asked for is answered as the server image does, but for the prefix of a stage."""
    expected = door.get(path)
    found = shared(request(source, "GET", path))
    body = b64decode(found["body"]) if found["isBase64Encoded"] else found["body"].encode()
    assert found["statusCode"] == expected.status_code
    assert body.replace(b'="/prod/', b'="./').replace(b'="/', b'="./') == expected.content


@pytest.mark.parametrize("source", HTTP)
def test_another_method_is_told_which_are_allowed(shared: Function, source: str) -> None:
    """405 with Allow, as by every other door."""
    found = shared(request(source, "GET", "/predict"))
    assert (found["statusCode"], headers_of(found)["allow"]) == (405, ["POST"])


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("path", ["/predict/", "/predict//", "/%70redict"])
def test_a_path_may_end_in_slashes_and_be_encoded(shared: Function, source: str, path: str) -> None:
    """The path is what it means, not how it was written."""
    assert shared(request(source, "POST", path, body_of(TEXT)))["statusCode"] == 200


@pytest.mark.parametrize("source", HTTP)
def test_a_request_id_is_given_back(shared: Function, source: str) -> None:
    """The client's own, or the invocation's."""
    given = shared(request(source, body=body_of(TEXT), headers={"x-request-id": "mine-1"}))
    made = shared(request(source, body=body_of(TEXT)))
    assert headers_of(given)["x-request-id"] == ["mine-1"]
    assert headers_of(made)["x-request-id"] == ["8b7f2c3e-0000-4000-8000-000000000001"]


@pytest.mark.parametrize("source", HTTP)
def test_keys_and_cors_hold_by_every_source(function: Callable[..., Function], source: str) -> None:
    """A key that is set is asked for, and a page of an allowed origin may call."""
    found = function(api_keys_sha256=("0" * 64,), cors_origins=("https://example.com",))(
        request(source, body=body_of(TEXT), headers={"origin": "https://example.com"})
    )
    assert found["statusCode"] == 401
    assert headers_of(found)["access-control-allow-origin"] == ["https://example.com"]


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("cookies", [["a=1"], ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "c=3"]])
def test_several_cookies_arrive_each_by_itself(
    function: Callable[..., Function], source: str, cookies: list[str]
) -> None:
    """No cookie is joined with another, in whichever form the source has for it; other headers are."""
    headers = (*(("Set-Cookie", cookie) for cookie in cookies), ("Vary", "Origin"), ("Vary", "Accept"))
    one = function()
    one.core.routes["/predict"] = lambda _: Reply(200, "text/plain", b"x", headers)
    found = headers_of(one(request(source, body=b"{}")))
    assert found["set-cookie"] == cookies
    assert ",".join(found["vary"]) == "Origin,Accept"


FORMS = {
    "rest-api": {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"},
    "http-api-payload-1": {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"},
    "http-api": {"statusCode", "headers", "body", "isBase64Encoded"},
    "function-url": {"statusCode", "headers", "body", "isBase64Encoded"},
    "alb-single": {"statusCode", "statusDescription", "headers", "body", "isBase64Encoded"},
    "alb-multi": {"statusCode", "statusDescription", "multiValueHeaders", "body", "isBase64Encoded"},
    "lattice": {"statusCode", "headers", "body", "isBase64Encoded"},
    "lattice-1": {"statusCode", "headers", "body", "isBase64Encoded"},
}


@pytest.mark.parametrize("source", HTTP)
def test_each_source_has_its_form(shared: Function, source: str) -> None:
    """The fields of a response are those that the source's documentation names, and JSON can carry them."""
    found = shared(request(source, body=body_of(TEXT)))
    assert set(found) == FORMS[source]
    assert json.loads(json.dumps(found)) == found


def test_the_load_balancer_reads_a_phrase(shared: Function) -> None:
    """The status stands with its words, as the load balancer's documentation has it."""
    assert shared(request("alb-single", body=body_of(TEXT)))["statusDescription"] == "200 OK"
    assert shared(request("alb-single", body=b"{"))["statusDescription"] == "400 Bad Request"


@pytest.mark.parametrize("source", HTTP)
def test_the_connection_is_the_sources_own(shared: Function, source: str) -> None:
    """A body over the limit is refused without a word about the connection."""
    found = shared(request(source, body=body_of("x" * 1_100_000)))
    assert found["statusCode"] == 413
    assert "connection" not in headers_of(found)


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("size", [5_900_000, 6_100_000])
def test_the_largest_payloads_are_refused_in_form(shared: Function, source: str, size: int) -> None:
    """What is as large as Lambda lets through, and larger, is a 413."""
    assert shared(request(source, body=b"x" * size))["statusCode"] == 413


@pytest.mark.parametrize("source", HTTP)
def test_a_body_that_is_no_base64_though_marked_so(shared: Function, source: str) -> None:
    """The event is the mistake, and the answer says which field."""
    event = request(source, body=b"", base64=True) | {"body": "%%%"}
    found = shared(event)
    document = json.loads(found["body"])
    assert (found["statusCode"], document["type"]) == (400, "urn:undertone:problem:malformed-event")
    assert document["detail"] == "body: expected base64."
    assert "x-request-id" in headers_of(found)


@pytest.mark.parametrize("source", HTTP)
def test_head_is_a_get_without_its_body(shared: Function, source: str) -> None:
    """HEAD has the headers of GET; what it is of is known by its type."""
    found = shared(request(source, "HEAD", "/livez"))
    assert (found["statusCode"], headers_of(found)["content-type"]) == (200, ["application/json"])


@pytest.mark.parametrize("source", HTTP)
def test_a_fault_fails_the_invocation(function: Callable[..., Function], source: str) -> None:
    """By default our own fault raises, so that Lambda counts an error; it can be an answer instead."""
    raising, answering = function(), function(raise_http_faults=False)
    for one in (raising, answering):
        one.core.routes["/predict"] = explode
    with pytest.raises(Exception, match="urn:undertone:problem:internal") as caught:
        raising(request(source, body=b"marker"))
    found = answering(request(source, body=b"marker"))
    assert caught.typename == "ServiceFault"
    assert found["statusCode"] == 500
    assert b"marker" not in b"".join((*raising.lines, *answering.lines)) + str(caught.value).encode()


def staged(source: str, path: str) -> dict[str, Any]:
    """A request to a stage named prod, whose path holds the stage where the source puts it there."""
    event = request(source, "GET", path)
    if source == "http-api":
        event["rawPath"] = f"/prod{path}"
        event["requestContext"]["stage"] = "prod"
    if source == "http-api-payload-1":
        event |= {"path": f"/prod{path}"}
        event["requestContext"] |= {"stage": "prod", "path": f"/prod{path}"}
    return event


@pytest.mark.parametrize("source", ["rest-api", "http-api", "http-api-payload-1"])
@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_a_page_below_a_stage_links_to_where_it_is(shared: Function, source: str, path: str) -> None:
    """The docs of a stage name the addresses below it."""
    found = shared(staged(source, path))
    links = re.findall(r"(?:href|src|url)[=:]\s*[\"']([^\"']+)", found["body"])
    assert found["statusCode"] == 200
    assert [link for link in links if not link.startswith("/prod/")] == []


@pytest.mark.parametrize(
    ("resource", "parameters", "path", "whole"),
    [
        ("/{proxy+}", {"proxy": "predict"}, "/base/predict", "/base/predict"),
        ("/{proxy+}", {"proxy": "predict"}, "/predict", "/prod/predict"),
        ("/{any+}", {"any": "predict"}, "/base/predict/", "/base/predict/"),
        ("/predict", None, "/base/predict", "/base/predict"),
        ("/predict", None, "/predict", "/predict"),
        ("/{kind}", {"kind": "predict"}, "/base/predict", "/base/predict"),
        (None, None, "/predict", None),
    ],
)
def test_a_custom_domains_base_path_is_told_apart(
    shared: Function, resource: Any, parameters: Any, path: str, whole: Any
) -> None:
    """What stands before the resource is no part of the path."""
    event = sample("rest-api") | {"resource": resource, "pathParameters": parameters, "path": path}
    event["requestContext"] |= {"path": whole}
    assert shared(event)["statusCode"] == 200


def test_an_http_apis_default_route_has_its_stage_in_the_path(shared: Function) -> None:
    """Payload format 1.0 of a route without a path names the stage first."""
    event = sample("http-api-payload-1") | {"resource": "$default", "pathParameters": None, "path": "/prod/predict"}
    event["requestContext"] |= {"stage": "prod", "path": "/prod/predict", "resourcePath": "$default"}
    assert shared(event)["statusCode"] == 200


def test_the_root_below_a_base_path(shared: Function) -> None:
    """The root of a mapped domain is the page."""
    event = request("rest-api", "GET", "/base") | {"resource": "/", "pathParameters": None}
    event["requestContext"]["path"] = "/base"
    assert shared(event)["statusCode"] == 200


@pytest.mark.parametrize("name", NO_DOOR)
def test_other_sources_with_records_are_no_http(shared: Function, name: str) -> None:
    """Events that look alike and have no door get the list of doors."""
    assert shared(sample(name))["type"] == "urn:undertone:problem:unknown-event"


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("headers", [{"host": "a:b:c"}, {"x-forwarded-port": "none"}, {"host": "[::1]:x"}])
def test_headers_that_are_nonsense_are_no_fault(shared: Function, source: str, headers: dict[str, str]) -> None:
    """No caller can make the function fail by a header, which would set off its alarms."""
    assert shared(request(source, "GET", "/livez", headers=headers))["statusCode"] == 200


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize(
    "path", ["/%00", "/page/%00", "/page/%ff", "/page/..%2f..%2fapi.py", "/" + "a" * 5000, "/%2525"]
)
def test_paths_that_are_nonsense_are_not_found(shared: Function, source: str, path: str) -> None:
    """No path makes the function fail, or leads out of the folder of pages."""
    assert shared(request(source, "GET", path))["statusCode"] == 404


@pytest.mark.parametrize("source", HTTP)
@pytest.mark.parametrize("part", ["path", "method", "query"])
def test_half_of_a_surrogate_pair_is_the_callers_mistake(shared: Function, source: str, part: str) -> None:
    """What no UTF-8 can say, but JSON can, is refused before it gets anywhere."""
    event = request(source, "GET\ud800" if part == "method" else "GET", "/\ud800" if part == "path" else "/livez")
    if part == "query":
        event |= {"rawQueryString": "a=\ud800", "queryStringParameters": {"a": "\ud800"}}
        event |= {"multiValueQueryStringParameters": {"a": ["\ud800"]}, "query_string_parameters": {"a": "\ud800"}}
        event |= {"raw_path": "/livez"} if source == "lattice-1" else {}
    assert shared(event)["statusCode"] == 400
