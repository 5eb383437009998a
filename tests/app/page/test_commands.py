"""The commands on the page are copied and run: they ask what the page asked, whatever the text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.app.page.screens import FALL, RISE, Screen
from tests.app.serving import HANG_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.app.serving import Running

HOSTILE = {
    "quotes": f"""it's "so" `id` $HOME $(id) \\n \\\\ !! {RISE}""",
    "lines": f"{RISE}\n{FALL}\n\t'\nJSON\n",
    "file": "@/etc/passwd",
    "url": "file:///etc/passwd",
    "option": "--help",
    "astral": f"😀👩‍👩‍👧 \U000e0001 {RISE}",
    "turned": f"\u202e{FALL}\u2066 שלום",
    "unseen": f"\x7f\u00a0\u3000\x85\u2028\u2029\u00ad\ufeff{RISE}",
    "long": "売上高が増加した。" * 5000,
}
AWS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/none", "AWS_SHARED_CREDENTIALS_FILE": "/none",
}  # fmt: skip


def run(command: str, shell: str = "sh", **variables: str) -> Any:
    """What a command writes, which is JSON; its programs are those of this environment first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    given = {"input": command.encode(), "env": {"PATH": path, **variables}}
    found = subprocess.run([shell], capture_output=True, timeout=HANG_S, check=False, **given)
    assert (found.returncode, found.stderr.decode()) == (0, "")
    return json.loads(found.stdout)


@pytest.fixture(params=HOSTILE)
def asked(request: pytest.FixtureRequest, screen: Screen) -> tuple[Screen, dict[str, Any]]:
    """The page with the answer to a hostile text."""
    return screen, screen.ask(HOSTILE[request.param])


def test_curl_gets_the_same_answer(asked: tuple[Screen, dict[str, Any]]) -> None:
    """The copied line, run by each shell that is here, gets what is on the screen."""
    screen, answer = asked
    for shell in filter(shutil.which, ("sh", "bash", "zsh")):
        assert run(screen.command("curl"), shell) == answer


def test_python_gets_the_same_answer(asked: tuple[Screen, dict[str, Any]]) -> None:
    """The copied program, given to Python as a file would be, gets what is on the screen."""
    screen, answer = asked
    found = subprocess.run(
        [sys.executable, "-"], input=screen.command("Python").encode(), capture_output=True, timeout=HANG_S, check=True
    )
    assert json.loads(found.stdout) == answer


@pytest.fixture
def function() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """The address of what stands in for Lambda, and the paths and payloads that came there."""
    came: list[tuple[str, bytes]] = []

    class Invocations(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing is written to the test's output."""

    with HTTPServer(("127.0.0.1", 0), Invocations) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()
        thread.join()


def test_the_aws_cli_invokes_with_what_the_page_asked(
    screen: Screen, function: tuple[str, list[tuple[str, bytes]]]
) -> None:
    """The payload that reaches Lambda is the page's own request; version 1 of the CLI has no option for base64."""
    url, came = function
    with screen.page.expect_request("**/predict") as request:
        screen.type(HOSTILE["quotes"] + HOSTILE["astral"])
    command = screen.command("AWS CLI: the function").replace("--cli-binary-format raw-in-base64-out ", "")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["sh", "-c", command], check=True, capture_output=True, timeout=HANG_S,
        env={"PATH": path, "AWS_ENDPOINT_URL_LAMBDA": url, **AWS},
    )  # fmt: skip
    [(address, payload)] = came
    assert address == "/2015-03-31/functions/undertone%3Alive/invocations"
    assert json.loads(payload) == request.value.post_data_json


@pytest.mark.parametrize("name", ["quotes", "url", "option", "astral"])
def test_the_aws_cli_asks_as_amazon_comprehend(screen: Screen, trained: Running, name: str) -> None:
    """Without credentials, the vendor's client gets the service's own label and scores."""
    text = HOSTILE[name]
    screen.ask(text)
    found = run(screen.command("AWS CLI: as Amazon Comprehend"), AWS_EC2_METADATA_DISABLED="true")
    expected = trained.post("/predict", json.dumps({"text": text}).encode()).json()
    assert found["Sentiment"] == expected["label"].upper()
    assert found["SentimentScore"]["Positive"] == pytest.approx(expected["scores"]["positive"])


def test_a_text_too_long_for_that_form_is_not_offered_it(screen: Screen) -> None:
    """Amazon Comprehend takes 5,000 bytes."""
    screen.ask("売上高" * 600)
    assert screen.page.get_by_role("region", name="AWS CLI: as Amazon Comprehend").count() == 0


def test_a_key_is_asked_for_and_never_shown(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """Without its key the page asks for one, with it all works, and commands take it from the environment."""
    from hashlib import sha256

    key = "sécret 🔑 key"
    screen = visit(serve(UNDERTONE_API_KEYS_SHA256=sha256(key.encode()).hexdigest()).url, opened=False)
    screen.expected = r"status of 401"
    screen.page.goto(screen.address)
    expect(screen.at("model")).to_contain_text("An API key is required")
    expect(screen.at("key")).to_be_visible()
    screen.type(RISE)
    expect(screen.at("problem")).to_contain_text("An API key is required")
    screen.at("key").fill(key)
    screen.at("key").press("Tab")
    expect(screen.label).to_be_visible()
    expect(screen.at("problem")).to_be_empty()
    shown = screen.page.content() + screen.at("commands").inner_text()
    assert key not in shown
    assert screen.page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    answer = run(screen.command("curl"), UNDERTONE_API_KEY=key)
    expect(screen.label).to_have_text(answer["label"])


@pytest.mark.parametrize("allowed", [True, False])
def test_copy_works_with_and_without_a_permission(
    visit: Callable[..., Screen], trained: Running, *, allowed: bool
) -> None:
    """The button copies through the clipboard's own interface, or by selecting where there is none."""
    screen = visit(trained.url, opened=False, permissions=["clipboard-read", "clipboard-write"] if allowed else [])
    if not allowed:
        screen.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    screen.open().ask(HOSTILE["quotes"])
    command = screen.command("curl")
    button = screen.page.get_by_role("button", name="Copy curl")
    button.click()
    expect(button).to_have_text("Copied")
    expect(button).to_be_focused()
    screen.at("text").focus()
    screen.page.keyboard.press("Control+A")
    screen.page.keyboard.press("Control+V")
    expect(screen.at("text")).to_have_value(command)


def test_without_javascript_the_page_says_what_to_do(visit: Callable[..., Screen], trained: Running) -> None:
    """Without JavaScript the page says what to do: a line that runs, and where the docs are."""
    screen = visit(trained.url, opened=False, java_script_enabled=False)
    screen.page.goto(screen.address)
    assert screen.page.locator("noscript h2").is_visible()
    assert not screen.page.locator("main").is_visible()
    answer = run(screen.page.locator("noscript code").inner_text(), ADDRESS=trained.url)
    assert answer["label"] == "negative"
    links = [link.get_attribute("href") for link in screen.page.locator("noscript a").all()]
    assert [trained.get("/" + (link or "").removeprefix("./")).status_code for link in links] == [200, 200]
