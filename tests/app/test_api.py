"""Every path and its contract, in process."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from tests.app.serving import TEXT, Inside, Running, body_of

if TYPE_CHECKING:
    from collections.abc import Callable

PATHS = ["/", "/docs", "/openapi.json", "/livez", "/readyz", "/model", "/metrics"]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]


def test_predict_answers_label_scores_and_how_far_to_trust_them(door: Inside) -> None:
    """A text gets its label, every label's score, who answered, and how sure that is; nothing it did not ask for."""
    answer = door.post("/predict", body_of(TEXT))
    found = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert list(found) == [
        "label", "score", "scores", "model", "reliable", "target", "coverage", "known", "warnings",
    ]  # fmt: skip
    assert list(found["scores"]) == ["negative", "neutral", "positive"]
    assert found["score"] == max(found["scores"].values()) == found["scores"][found["label"]]
    assert found["model"] == "sentiment-1.0.0"


def test_one_bad_item_of_a_batch_spoils_no_other(door: Inside) -> None:
    """A batch answers its texts in order, null where an item is none, and says why by its index."""
    single = door.post("/predict", body_of(TEXT)).json()
    found = door.post("/predict/batch", json.dumps({"texts": [TEXT, 7, TEXT]}).encode()).json()
    assert found["predictions"] == [single, None, single]
    expected = [{"index": 1, "type": "urn:undertone:problem:invalid-shape", "detail": "Expected `str`, got `int`"}]
    assert found["errors"] == expected


def test_process_text_keeps_the_original_contract(door: Inside) -> None:
    """The original service's clients get the text and its category under their old names."""
    label = door.post("/predict", body_of(TEXT)).json()["label"]
    found = door.post("/process_text", json.dumps({"payload": TEXT}).encode()).json()
    expected = {"Raw Text": TEXT, "Categories": label}
    assert found == expected


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/openapi.json", "application/json"),
        ("/livez", "application/json"),
        ("/readyz", "application/json"),
        ("/model", "application/json"),
        ("/page/page.css", "text/css; charset=utf-8"),
    ],
)
def test_every_page_answers_with_its_type(door: Inside, path: str, content_type: str) -> None:
    """A page is there, and says what it is."""
    answer = door.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type


def test_health_says_alive_and_ready(door: Inside) -> None:
    """Both health checks say their state in one word."""
    assert door.get("/livez").json() == {"status": "alive"}
    assert door.get("/readyz").json() == {"status": "ready"}


def test_model_tells_what_answers(inside: Callable[..., Inside]) -> None:
    """/model holds name, version, labels, metrics, data, hashes and the limits in force."""
    found = inside(max_text_chars=7, max_batch_texts=8, max_body_bytes=900).get("/model").json()
    assert found["name"] == "sentiment-1.0.0"
    assert (found["version"], found["task"], found["token_rule"]) == ("1.0.0", "sentiment", 1)
    assert found["labels"] == ["negative", "neutral", "positive"]
    assert (found["metrics"], found["data"]) == ({"f1": 0.75}, {"rows": 4362})
    assert (found["language"], found["licence"]) == ("en", "CC BY-NC-SA 3.0")
    assert found["target"] == {"accuracy": 0.9, "threshold": 0.8, "coverage": 0.3}
    assert found["reliability"] == [
        {"threshold": 0.4, "coverage": 0.9, "accuracy": 0.75}, {"threshold": 0.6, "coverage": 0.6, "accuracy": 0.86},
        {"threshold": 0.8, "coverage": 0.3, "accuracy": 0.92}, {"threshold": 0.9, "coverage": 0.1, "accuracy": 0.97},
    ]  # fmt: skip
    assert found["limits"] == {"max_text_chars": 7, "max_batch_texts": 8, "max_body_bytes": 900}
    assert sorted(found["sha256"]) == [
        "saved_model/sentiment/manifest.json",
        "saved_model/sentiment/weights.safetensors",
        "vectorizer/sentiment/manifest.json",
        "vectorizer/sentiment/vocabulary.txt",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in found["sha256"].values())


@pytest.mark.parametrize(("accuracy", "threshold", "coverage"), [(0.7, 0.4, 0.9), (0.95, 0.9, 0.1), (0.99, None, 0.0)])
def test_model_tells_what_the_services_target_asks(
    inside: Callable[..., Inside], accuracy: float, threshold: float | None, coverage: float
) -> None:
    """/model shows the threshold and the coverage of the target in force, or that no score is high enough."""
    found = inside(target_accuracy=accuracy).get("/model").json()["target"]
    assert found == {"accuracy": accuracy, "threshold": threshold, "coverage": coverage}


def test_model_of_a_pair_that_was_measured_by_nobody(inside: Callable[..., Inside], pair: Any) -> None:
    """A pair without table, language and licence says that it has none."""
    for field in ("reliability", "language", "licence", "metrics", "data"):
        pair.drop(pair.network, field)
    found = inside(artifacts=str(pair.root)).get("/model").json()
    assert (found["reliability"], found["language"], found["licence"]) == ([], "", "")
    assert found["target"] == {"accuracy": 0.9, "threshold": None, "coverage": 0.0}


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_its_body(served: Running, path: str) -> None:
    """HEAD has GET's status and type and no body; what holds figures may differ in length."""
    head, get = served.request("HEAD", path), served.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert path == "/metrics" or head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("path", [*PATHS[1:], "/page/page.js"])
def test_a_trailing_slash_changes_nothing(door: Inside, path: str) -> None:
    """A path with a slash at its end is that path, not a redirect."""
    assert door.get(path + "/").status_code == 200


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/process_text"])
def test_a_trailing_slash_reaches_the_core(door: Inside, path: str) -> None:
    """A POST with a slash at its end gets the same answer."""
    body = json.dumps({"text": TEXT, "texts": [TEXT], "payload": TEXT}).encode()
    assert door.post(path + "/", body).content == door.post(path, body).content


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/predict", {"POST"}),
        ("HEAD", "/predict/batch", {"POST"}),
        ("DELETE", "/process_text", {"POST"}),
        ("OPTIONS", "/predict", {"POST"}),
        ("POST", "/livez", {"GET", "HEAD"}),
        ("POST", "/", {"GET", "HEAD"}),
        ("PUT", "/docs", {"GET", "HEAD"}),
        ("POST", "/openapi.json", {"GET", "HEAD"}),
        ("POST", "/page/page.css", {"GET", "HEAD"}),
        ("BREW", "/model", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(door: Inside, method: str, path: str, allowed: set[str]) -> None:
    """405 carries Allow, also for files."""
    answer = door.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/predictx", "/predict/batch/x", "/page/../app/api.py", "/page/%2e%2e/api.py", "/page/", "/page",
        "/page/%00", "/page/" + "x" * 3000, "/%ff", "/docs/oauth2", "//docs", "/static-offline-docs/../core.py",
    ],
)  # fmt: skip
def test_a_path_that_is_none_is_not_found(served: Running, path: str) -> None:
    """Whatever stands where no path is, the answer is 404, also outside the folders of the pages."""
    assert served.ask(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())[:13] == b"HTTP/1.1 404 "


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_pages_name_no_outside_host(door: Inside, page: str) -> None:
    """Every src and href of a page is served by the application itself."""
    links = _Links()
    links.feed(door.get(page).text)
    targets = [urljoin(page, link) for link in links.found]
    assert targets
    assert [t for t in targets if door.get(t).status_code != 200 or not t.startswith("/")] == []


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_pages_hold_no_address_elsewhere(door: Inside, page: str) -> None:
    """No script or style of a page names a host."""
    found = re.findall(
        r"""(?:https?:)?//[\w.-]+\.\w+""", re.sub(r"/\*.*?\*/", "", door.get(page).text, flags=re.DOTALL)
    )
    assert found == []


def test_a_page_is_sent_whole_to_whoever_asks_for_a_part(door: Inside) -> None:
    """A range is not served in parts, so nothing is cut."""
    whole = door.get("/page/page.css")
    part = door.get("/page/page.css", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (200, whole.content)


def test_a_page_that_is_known_is_not_sent_again(served: Running) -> None:
    """If-None-Match gets 304 with no body, and the connection goes on."""
    tag = served.get("/page/page.css").headers["etag"]
    answer = served.get("/page/page.css", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
