"""FastAPI's side of the function: made once, told where it stands, and failing where it fails."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app.doors.request import HttpRequest
from app.pages import build_pages
from app.predict import Core, open_core
from app.settings import Settings
from tests.app.doors.parts import Function, request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.serving import Inside


@pytest.fixture
def core(shipped: Path) -> Core:
    return open_core(Settings(artifacts=str(shipped)))


def get(path: str, method: str = "GET", prefix: str = "", headers: dict[bytes, bytes] | None = None) -> HttpRequest:
    return HttpRequest(method, path, prefix, "", headers or {}, b"")


def test_it_is_made_once(shipped: Path) -> None:
    """The first page makes FastAPI's side, the others find it there."""
    one = Function(shipped)
    made: list[int] = []
    real = one.service._make_pages
    one.service._make_pages = lambda core: (made.append(1), real(core))[1]
    for _ in range(3):
        one(request("http-api", "GET", "/livez"))
    assert made == [1]


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/page/page.css", "/model", "/none"])
def test_it_answers_as_the_server_does(core: Core, door: Inside, path: str) -> None:
    """Status, type and bytes are those of the ASGI door."""
    expected, found = door.get(path), build_pages(core)(get(path))
    body = found.body.replace(b'="/', b'="./')  # the function knows its root, a server may stand behind a proxy
    assert (found.status, body) == (expected.status_code, expected.content)
    assert found.content_type == expected.headers["content-type"]


def test_a_page_that_has_not_changed_is_not_sent(core: Core) -> None:
    """The browser's own copy is known by its tag."""
    pages = build_pages(core)
    tag = dict(pages(get("/page/page.css")).headers)["etag"]
    found = pages(get("/page/page.css", headers={b"if-none-match": tag.encode()}))
    assert (found.status, found.body) == (304, b"")


def test_a_range_is_not_cut(core: Core) -> None:
    """Files are sent whole, as by the server."""
    assert build_pages(core)(get("/page/page.css", headers={b"range": b"bytes=0-1"})).status == 200


def test_each_request_has_its_own_prefix(core: Core) -> None:
    """A prefix of one request is gone at the next."""
    pages = build_pages(core)
    bodies = [pages(get("/docs", prefix=prefix)).body for prefix in ("/prod", "", "/base")]
    assert [body.count(b"/prod/") > 0 for body in bodies] == [True, False, False]
    assert [body.count(b"/base/") > 0 for body in bodies] == [False, False, True]


def test_a_loop_that_ran_before_does_no_harm(core: Core) -> None:
    """Somebody else's event loop in the same thread leaves pages as they were."""
    pages = build_pages(core)
    asyncio.run(asyncio.sleep(0))
    assert pages(get("/livez")).status == 200


def test_a_fault_raises_and_says_nothing(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    """What fails inside FastAPI is raised to whoever counts faults, and Mangum logs neither path nor message."""
    caplog.set_level(logging.DEBUG)

    def ready() -> Any:
        raise ValueError("marker")

    core.ready = ready  # type: ignore[method-assign]  # the fake is the fault
    pages = build_pages(core)
    with pytest.raises(ValueError, match="marker"):
        pages(get("/readyz"))
    assert pages(get("/livez/marker")).status == 404
    assert "marker" not in caplog.text


def test_a_damaged_model_is_told_at_readyz() -> None:
    """Pages work without a model, and health says so."""
    pages = build_pages(open_core(Settings(task="none")))
    assert (pages(get("/livez")).status, pages(get("/readyz")).status) == (200, 503)


def test_it_came_late() -> None:
    """The function imports this module when it needs it."""
    assert "app.pages" in sys.modules
