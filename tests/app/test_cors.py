"""Cross-origin requests, as a browser makes them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.app.serving import TEXT, Inside, body_of, explode

Make = Callable[..., Inside]
HOME = "https://a.example"
OTHER = "https://b.example"
HOT_AND_COLD = [("POST", "/predict", 200), ("POST", "/predict/batch", 422), ("GET", "/model", 200),
                ("GET", "/nothing", 404), ("GET", "/predict", 405), ("GET", "/page/page.css", 200)]  # fmt: skip


def _cors(headers: object) -> dict[str, str]:
    return {n: v for n, v in dict(headers).items() if n.startswith("access-control") or n == "vary"}  # type: ignore[call-overload]


def _preflight(client: Inside, path: str, origin: str | None, method: str = "POST"):  # noqa: ANN202
    headers = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type,x-api-key"}
    return client.request("OPTIONS", path, headers=headers | ({"Origin": origin} if origin else {}))


@pytest.mark.parametrize(("method", "path", "status"), HOT_AND_COLD)
def test_an_allowed_origin_may_read_every_answer(inside: Make, method: str, path: str, status: int) -> None:
    """Hot paths and FastAPI's, right and wrong, carry the same headers."""
    answer = inside(cors_origins=(HOME,)).request(method, path, content=body_of(TEXT), headers={"Origin": HOME})
    assert answer.status_code == status
    expected = {"access-control-allow-origin": HOME, "access-control-expose-headers": "X-Request-Id", "vary": "Origin"}
    assert _cors(answer.headers) == expected


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "https://a.example.evil", "http://a.example", "HTTPS://A.EXAMPLE", None]
)
@pytest.mark.parametrize(("method", "path", "status"), HOT_AND_COLD)
def test_another_origin_may_not(inside: Make, origin: str | None, method: str, path: str, status: int) -> None:
    """Others are answered, but told nothing that lets a page read it; caches are told that it depends."""
    headers = {"Origin": origin} if origin else {}
    answer = inside(cors_origins=(HOME,)).request(method, path, content=body_of(TEXT), headers=headers)
    assert (answer.status_code, _cors(answer.headers)) == (status, {"vary": "Origin"})


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/process_text", "/model", "/nothing"])
def test_a_preflight_is_answered_the_same_everywhere(inside: Make, path: str) -> None:
    """An allowed origin is told methods and headers, with no body, also where a key will be asked for."""
    client = inside(cors_origins=(HOME,), api_keys_sha256=(sha256(b"key").hexdigest(),))
    answer = _preflight(client, path, HOME)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == HOME
    assert set(answer.headers["access-control-allow-methods"].split(", ")) >= {"GET", "POST"}
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"content-type", "x-api-key", "authorization", "x-request-id"} <= set(allowed)


@pytest.mark.parametrize("origin", [OTHER, None])
def test_a_preflight_of_another_origin_is_not_allowed(inside: Make, origin: str | None) -> None:
    """Others get an answer without permission."""
    answer = _preflight(inside(cors_origins=(HOME,)), "/predict", origin)
    assert (answer.status_code, _cors(answer.headers)) == (405, {"vary": "Origin"})


def test_a_star_allows_every_origin(inside: Make) -> None:
    """With `*` any page may read, and is told so as a star."""
    client = inside(cors_origins=("*",))
    assert client.get("/livez", headers={"Origin": OTHER}).headers["access-control-allow-origin"] == "*"
    assert _preflight(client, "/predict", OTHER).status_code == 204


def test_one_of_several_origins_is_named_alone(inside: Make) -> None:
    """The answer names the origin that asked, never the list."""
    client = inside(cors_origins=(HOME, OTHER))
    assert client.get("/livez", headers={"Origin": OTHER}).headers["access-control-allow-origin"] == OTHER


def test_off_by_default(inside: Make) -> None:
    """Without origins set nothing is added, and a preflight is no special request."""
    client = inside()
    assert _cors(client.post("/predict", body_of(TEXT), headers={"Origin": HOME}).headers) == {}
    assert _preflight(client, "/predict", HOME).status_code == 405


def test_a_page_may_read_every_refusal(inside: Make) -> None:
    """401, 404, 413, 422, 500 and 503 carry the headers too, else a page sees no reason."""
    limits = {"cors_origins": (HOME,), "max_body_bytes": 99}
    keyed = inside(**limits, api_keys_sha256=(sha256(b"key").hexdigest(),))
    faulty, none, usual = inside(**limits), inside(**limits, task="none"), inside(**limits)
    faulty.door.core.routes["/predict"] = explode  # type: ignore[attr-defined]
    asked = {
        401: (keyed, "/predict", b"{}"),
        404: (usual, "/nothing", b""),
        413: (usual, "/predict", b"x" * 100),
        422: (usual, "/predict", b"{}"),
        500: (faulty, "/predict", b"{}"),
        503: (none, "/predict", b'{"text":""}'),
    }
    answers = {s: client.post(path, body, headers={"Origin": HOME}) for s, (client, path, body) in asked.items()}
    assert {s: answer.status_code for s, answer in answers.items()} == {s: s for s in asked}
    assert {answer.headers["access-control-allow-origin"] for answer in answers.values()} == {HOME}


def test_credentials_are_never_allowed(inside: Make) -> None:
    """Cookies are no way in, so no answer allows them."""
    answer = inside(cors_origins=("*",)).get("/livez", headers={"Origin": HOME})
    assert "access-control-allow-credentials" not in answer.headers
