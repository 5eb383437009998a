"""The page at /docs in a real browser that reaches nothing but the service: it loads, tries things out, breaks no rule.

Left out: what its document says (test_openapi).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from base64 import b64decode
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import sync_playwright

from app.doors.request import HttpRequest
from app.pages import build_pages
from app.predict import open_core
from app.settings import Settings
from tests.app.doors.parts import Function, headers_of, request
from tests.app.serving import HANG_S, Inside, Running, body_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
HOST = "undertone.test"
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="chromium is needed: apt-get install chromium")


class Visit(NamedTuple):
    """One look at the page: what it asked for, and what the browser found wrong."""

    page: Page
    asked: list[str]
    wrong: list[str]


@pytest.fixture
def visit() -> Iterator[Callable[[str], Visit]]:
    """A function: an address to a visit, in a chromium for which every name but one leads nowhere."""
    rules = f"MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = ["--no-sandbox", f"--host-resolver-rules={rules}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield partial(_visit, browser)
        browser.close()


def _visit(browser: Browser, address: str) -> Visit:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(HANG_S * 1000)
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(f"{request.url}: {request.failure}"))
    page.on("response", lambda r: wrong.append(f"{r.url}: {r.status}") if r.status >= 400 else None)
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.locator("#operations-Predict-predict").wait_for()
    return Visit(page, asked, wrong)


def try_out(page: Page, operation: str, example: str = "") -> Any:
    """Press "Try it out" and "Execute", and read the answer."""
    place = page.locator(f"#operations-{operation}")
    place.locator(".opblock-summary-control").click()
    place.get_by_role("button", name="Try it out").click()
    if example:
        place.locator(".opblock-section-request-body select.examples-select-element").select_option(example)
    place.get_by_role("button", name="Execute").click()
    answer = place.locator(".live-responses-table .response").first
    answer.wait_for()
    assert answer.locator(".response-col_status").inner_text().startswith("200")
    return json.loads(answer.locator(".highlight-code code").first.inner_text())


@contextmanager
def listening(answer: Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]) -> Iterator[int]:
    """The port of a server that answers one request after the other by a function."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, content = answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # http.server's name

        def log_message(self, *_: object) -> None:
            """Nothing: its access log is nobody's."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@needs_chromium
@pytest.mark.parametrize("path", ["/docs", "/docs//"])
def test_try_it_out_works_without_the_internet(visit: Callable[[str], Visit], served: Running, path: str) -> None:
    """The example is sent as it stands and answered; everything came from the service, and nothing broke its policy."""
    seen = visit(f"http://{HOST}:{served.port}{path}")
    found = try_out(seen.page, "Predict-predict")
    text = served.get("/openapi.json").json()["paths"]["/predict"]["post"]["requestBody"]["content"]
    sent = text["application/json"]["examples"]["A text"]["value"]
    assert found == served.post("/predict", json.dumps(sent).encode()).json()
    assert seen.wrong == []
    assert {address.partition(f"//{HOST}:{served.port}/")[0] for address in seen.asked} == {"http:"}


@needs_chromium
def test_every_part_of_the_page_keeps_the_policy(visit: Callable[[str], Visit], served: Running) -> None:
    """Each operation opened, another example chosen, a schema unfolded, a key given: no error and no violation."""
    seen = visit(f"http://{HOST}:{served.port}/docs")
    page = seen.page
    page.evaluate("document.addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))")
    assert "explanation" in try_out(page, "Predict-predict", "With reasons")
    closed = page.locator(".opblock:not(.is-open) .opblock-summary-control")
    for _ in range(closed.count()):
        closed.first.click()
    page.locator("section.models .json-schema-2020-12-accordion").first.click()
    page.locator(".auth-wrapper .authorize").click()
    page.locator(".modal-ux input").first.fill("a key")
    page.locator(".modal-ux .authorize").first.click()
    page.locator(".modal-ux .btn-done").first.click()
    assert page.locator(".opblock.is-open").count() == page.locator(".opblock").count() >= 7
    assert seen.wrong == []


@needs_chromium
@pytest.mark.parametrize("path", ["/prod/docs", "/prod/docs/"])
def test_it_works_behind_a_proxy_that_takes_a_prefix_off(
    visit: Callable[[str], Visit], served: Running, path: str
) -> None:
    """The service need not know its prefix: the page, its document and what is tried out stay below it."""

    def behind(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if not path.startswith("/prod/"):
            return 404, {}, b""
        kind = {"Content-Type": headers.get("Content-Type", "")}
        reply = httpx.request(method, served.url + path[5:], headers=kind, content=body, trust_env=False)
        kept = ("content-type", "content-security-policy")
        return reply.status_code, {n: v for n, v in reply.headers.items() if n in kept}, reply.content

    with listening(behind) as port:
        seen = visit(f"http://{HOST}:{port}{path}")
        assert try_out(seen.page, "Predict-predict")["model"] == "sentiment-1.0.0"
        assert seen.wrong == []


@needs_chromium
@pytest.mark.parametrize(("source", "prefix"), [("rest-api", "/prod"), ("function-url", "")])
@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_it_works_in_lambda(visit: Callable[[str], Visit], shipped: Path, source: str, prefix: str, path: str) -> None:
    """The function serves page, assets and document, below a stage too, and answers what is tried out."""
    function = Function(shipped)

    def invoked(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if not path.startswith(prefix):
            return 404, {}, b""
        given = {name.lower(): value for name, value in headers.items() if name.lower() in ("content-type", "accept")}
        event = request(source, method, path[len(prefix) :], body or None, given)
        answer = function(event)
        content = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
        kept = ("content-type", "content-security-policy")
        return answer["statusCode"], {n: v[0] for n, v in headers_of(answer).items() if n in kept}, content

    with listening(invoked) as port:
        seen = visit(f"http://{HOST}:{port}{prefix}{path}")
        assert try_out(seen.page, "Predict-predict")["model"] == "sentiment-1.0.0"
        assert seen.wrong == []


@pytest.mark.parametrize("prefix", ['/"><script>', "//elsewhere.example", "/a b"])
def test_a_strange_prefix_stays_an_address(shipped: Path, prefix: str) -> None:
    """Whatever a stage or a base path is called, it is quoted and leads to no other host."""
    core = open_core(Settings(artifacts=str(shipped)))
    page = build_pages(core)(HttpRequest("GET", "/docs", prefix, "", {}, b"")).body.decode()
    addresses = re.findall(r'(?:src|href|data-document)="([^"]*)"', page)
    assert len(addresses) == 6
    assert [a for a in addresses if not re.fullmatch(r"/[^/ <>\"]+/[^ <>\"]+", a)] == []
    assert page.count("<script") == 2


def test_scripts_come_from_files_alone(door: Inside) -> None:
    """The policy names no host, no inline and no eval; the page has no script and no style within."""
    answer = door.get("/docs")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert set(policy) == {"default-src", "script-src", "style-src", "img-src", "connect-src", "base-uri",
                           "form-action", "frame-ancestors"}  # fmt: skip
    assert "<style" not in answer.text
    assert answer.text.count("<script ") == answer.text.count("></script>") == 2


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_there_is_no_second_page(door: Inside, path: str) -> None:
    """What the framework would add is not there."""
    assert door.get(path).status_code == 404


def test_the_page_and_its_assets_ask_for_no_key(inside: Callable[..., Inside]) -> None:
    """Who may not ask the service may still read how to."""
    client = inside(api_keys_sha256=("0" * 64,))
    paths = ["/docs", "/openapi.json", *(f"/static-offline-docs/{name}" for name in
             ("docs.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon.png"))]  # fmt: skip
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert client.post("/predict", body_of("Sales fell.")).status_code == 401
