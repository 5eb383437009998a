"""API keys: who is let in, and where nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.app.serving import TEXT, Inside, body_of

Make = Callable[..., Inside]
KEYS = ("first", "sécond", "third key")
DIGESTS = tuple(sha256(key.encode()).hexdigest() for key in KEYS)
CLOSED = [("POST", "/predict"), ("POST", "/predict/batch"), ("POST", "/process_text"), ("GET", "/model"),
          ("GET", "/metrics"), ("GET", "/nothing"), ("GET", "/predict"), ("GET", "/page"),
          ("GET", "/docs/oauth2-redirect"), ("GET", "/livezz"), ("POST", "/predict/")]  # fmt: skip
OPEN = ["/", "/docs", "/openapi.json", "/livez", "/readyz", "/page/page.css", "/page/page.js",
        "/static-offline-docs/swagger-ui.css", "/livez/"]  # fmt: skip


@pytest.fixture
def guarded(inside: Make) -> Inside:
    return inside(api_keys_sha256=DIGESTS)


def test_without_keys_everybody_is_let_in(inside: Make) -> None:
    """No digest set, no key asked for, and one that comes is ignored."""
    client = inside()
    assert client.post("/predict", body_of(TEXT)).status_code == 200
    assert client.post("/predict", body_of(TEXT), headers={"X-API-Key": "any"}).status_code == 200


@pytest.mark.parametrize("key", [key.encode() for key in KEYS])
def test_each_key_is_let_in_by_either_header(guarded: Inside, key: bytes) -> None:
    """Any of the keys, as X-API-Key or as a bearer, in any alphabet."""
    for headers in ({b"X-API-Key": key}, {b"Authorization": b"Bearer " + key}, {b"authorization": b"bearer  " + key}):
        assert guarded.post("/predict", body_of(TEXT), headers=headers).status_code == 200
        assert guarded.get("/model", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"X-API-Key": b"wrong"},
        {b"X-API-Key": b""},
        {b"Authorization": b"Bearer "},
        {b"Authorization": b"Bearer"},
        {b"Authorization": b"first"},
        {b"Authorization": b"Basic first"},
        {b"Authorization": b"Bearer first,third"},
        {b"X-API-Key": b"First"},
        {b"X-API-Key": b"first "[:4]},
        {b"X-API-Key": "sécond".encode("latin-1")},
        {b"X-API-Key": DIGESTS[0].encode()},
        {b"X-API-Key": b"first\x00"[:5] + b"0"},
        {b"Cookie": b"X-API-Key=first"},
    ],
)
def test_anything_else_is_not(guarded: Inside, headers: dict[bytes, bytes]) -> None:
    """No key, a wrong, empty or half one, a digest, another scheme: 401 as a problem that says how to ask."""
    answer = guarded.post("/predict", body_of(TEXT), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:undertone:problem:unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="undertone"'
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_right_key_beside_a_wrong_one_is_let_in(guarded: Inside) -> None:
    """Both headers are looked at."""
    headers = {"X-API-Key": "wrong", "Authorization": "Bearer first"}
    assert guarded.post("/predict", body_of(TEXT), headers=headers).status_code == 200


@pytest.mark.parametrize("path", OPEN)
def test_pages_and_health_checks_ask_for_none(guarded: Inside, path: str) -> None:
    """People reach the page and the docs, and whoever watches the process its health, without a key."""
    assert guarded.get(path).status_code == 200
    assert guarded.request("HEAD", path).status_code == 200


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_every_other_path_asks_for_one(guarded: Inside, method: str, path: str) -> None:
    """All else is closed, also what is not there, so that nobody learns what is."""
    assert guarded.request(method, path, content=b"{}").status_code == 401


def test_a_path_that_climbs_out_of_the_pages_gets_nothing(guarded: Inside) -> None:
    """The open folders open nothing beside them."""
    found = [guarded.get(path).status_code for path in ("/page/..%2fmetrics", "/page/..%2f..%2fapp%2fapi.py")]
    assert found == [404, 404]


def test_a_key_is_asked_for_before_the_body_is_read(guarded: Inside) -> None:
    """Who is not let in costs nothing: no byte of the body is awaited."""
    taken: list[bytes] = []

    async def body():  # noqa: ANN202  # an async generator of bytes
        taken.append(b"x")
        yield b"x"

    assert guarded.post("/predict", body()).status_code == 401
    assert taken == []
