"""The page where its address is not the root: behind a proxy's prefix, on a function URL, below a stage."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from app.pages import _loop
from tests.app.doors.parts import Function, request
from tests.app.page.screens import RISE, Screen
from tests.app.serving import HOUSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.app.serving import Running

    Serve = Callable[[Callable[["_Request"], tuple[int, dict[str, str], bytes]]], str]


class _Request(BaseHTTPRequestHandler):
    """One request, answered by the server's function."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        status, headers, body = self.server.answer(self)  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # http.server's name

    def log_message(self, *_: Any) -> None:
        """Nothing is written to the test's output."""


@pytest.fixture
def front() -> Iterator[Serve]:
    """A function: an answer to any request to the address of a server that gives it."""
    started: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def begin(answer: Callable[[_Request], tuple[int, dict[str, str], bytes]]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Request)
        server.answer = answer  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def function() -> Iterator[Function]:
    """The Lambda function; its event loop, which threads of these tests used, ends with them."""
    yield Function(HOUSE)
    _loop().close()
    _loop.cache_clear()


def used(screen: Screen, address: str) -> None:
    """The page answers, its links lead on, and its commands name the address."""
    answer = screen.ask(RISE)
    expect(screen.label).to_have_text(answer["label"])
    assert f"{address}/predict'" in screen.command("curl")
    link = screen.page.get_by_role("link", name="API").evaluate("element => element.href")
    assert link == f"{address}/docs"
    assert len(screen.finish("a.txt", f"{RISE}\n{RISE}")) == 2


def test_behind_a_proxys_prefix(visit: Callable[..., Screen], trained: Running, front: Serve) -> None:
    """A proxy that cuts its prefix off and tells nobody: the page below it works, from the address with its slash."""

    def cut(asked: _Request) -> tuple[int, dict[str, str], bytes]:
        assert asked.path.startswith("/tone/")
        found = trained.request(asked.command, asked.path.removeprefix("/tone"), content=asked.body)
        kept = {
            name: found.headers[name] for name in ("content-type", "content-security-policy") if name in found.headers
        }
        return found.status_code, kept, found.content

    address = f"{front(cut)}/tone"
    used(visit(f"{address}/"), address)


@pytest.mark.parametrize(
    ("source", "stage", "ending"), [("function-url", "", "/"), ("rest-api", "/prod", ""), ("rest-api", "/prod", "/")]
)
def test_from_the_function(
    visit: Callable[..., Screen], function: Function, front: Serve, source: str, stage: str, ending: str
) -> None:
    """The Lambda function gives the same page, on its own address and below a stage, with and without a slash."""
    turn = threading.Lock()

    def invoke(asked: _Request) -> tuple[int, dict[str, str], bytes]:
        path = asked.path.removeprefix(stage) or "/"
        with turn:  # an execution environment answers one request at a time
            found = function(request(source, asked.command, path, asked.body, {}))
        return found["statusCode"], found["headers"], found["body"].encode()

    address = f"{front(invoke)}{stage}"
    used(visit(f"{address}{ending}"), address)
