"""The ASGI door: the same bytes whichever way, one model a process, and what a serving process imports."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from app import asgi, direct
from app.api import build_api
from app.metrics import Metrics
from tests.app.serving import HOUSE, TEXT, Inside, Running, body_of, clean_environment, python

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., Inside]
TRAINERS = ("tensorflow", "keras", "sklearn", "scipy", "pandas", "joblib", "matplotlib", "h5py")
EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("/predict", {"text": TEXT}),
    ("/predict", {"text": "naïve 売上高 😀"}),
    ("/predict", {"text": 1}),
    ("/predict/batch", {"texts": [TEXT, 1, ""]}),
    ("/predict/batch", {"texts": None}),
    ("/process_text", {"payload": TEXT}),
    ("/process_text", {"payload": []}),
]


@pytest.mark.parametrize(("path", "event"), EVENTS)
def test_every_door_gives_the_same_bytes(door: Inside, path: str, event: dict[str, Any]) -> None:
    """The hot path, FastAPI's own route, a direct invoke and the core give one answer."""
    body = json.dumps(event).encode()
    core = door.door.core  # type: ignore[attr-defined]
    expected = core.routes[path](body)
    api, _ = build_api(core, Metrics().render)
    bare = Inside(api).post(path, body)
    hot = door.post(path, body)
    assert hot.content == bare.content == expected.body
    assert hot.status_code == bare.status_code == expected.status
    assert hot.headers["content-type"] == bare.headers["content-type"] == expected.content_type
    assert direct.answer(core, event) == json.loads(expected.body)


def test_the_command_line_gives_the_same_answer(door: Inside, shipped: Path) -> None:
    """`python -m textmodel predict` prints what /predict answers."""
    command = python("-m", "textmodel", "predict", TEXT, "--artifacts", str(shipped))
    done = subprocess.run(command, cwd=HOUSE, env=clean_environment(), check=True, capture_output=True)
    assert json.loads(done.stdout) == door.post("/predict", body_of(TEXT)).json()


def test_one_load_for_all_requests(serve: Callable[..., Running], pair: Any) -> None:
    """Nothing of the artifact is read again once the service has started: it answers without its files."""
    server = serve(UNDERTONE_ARTIFACTS=str(pair.root))
    before = server.post("/predict", body_of(TEXT)).content
    shutil.rmtree(pair.root)
    assert [server.post("/predict", body_of(TEXT)).content for _ in range(20)] == [before] * 20
    assert [server.get(path).status_code for path in ("/readyz", "/model")] == [200, 200]


_COUNTING = """
import collections, json, os, sys
opened = collections.Counter()
def hook(event, arguments):
    if event == "open" and str(arguments[0]).startswith(os.environ["UNDERTONE_ARTIFACTS"]):
        opened[os.path.relpath(str(arguments[0]), os.environ["UNDERTONE_ARTIFACTS"])] += 1
sys.addaudithook(hook)
from tests.app.serving import Inside, body_of
from app import asgi
from app.log import Log
client = Inside(asgi.build(log=Log(lambda line: None)))
for _ in range(10):
    assert client.post("/predict", body_of("profit")).status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.post("/predict/batch", b'{"texts":["a"]}').status_code == 200
print(json.dumps(opened))
"""


def test_each_file_is_opened_once(pair: Any) -> None:
    """Start and thirty requests open each of the artifact's files one time."""
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(pair.root))
    done = subprocess.run(python("-c", _COUNTING), cwd=HOUSE, env=environment, check=True, capture_output=True)
    assert json.loads(done.stdout) == dict.fromkeys(pair.files, 1)


_IMPORTING = """
import json, sys
from app import asgi
from app.log import Log
import app.server
door = asgi.build(log=Log(lambda line: None))
from tests.app.serving import Inside
client = Inside(door)
for path in ("/", "/docs", "/openapi.json", "/livez", "/readyz", "/model", "/metrics", "/nothing", "/page/page.js"):
    client.get(path)
for path in door.core.routes:
    client.post(path, b'{"text":"a","texts":["a","b"],"payload":"a"}')
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_serving_process_imports_no_trainer(shipped: Path) -> None:
    """After answering every path nothing of the training is loaded."""
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(shipped))
    done = subprocess.run(python("-c", _IMPORTING), cwd=HOUSE, env=environment, check=True, capture_output=True)
    loaded = json.loads(done.stdout)
    assert [name for name in TRAINERS if name in loaded] == []
    assert {"fastapi", "numpy", "uvicorn"} <= set(loaded)


def _call(door: Any, scope: dict[str, Any], messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One ASGI exchange, message by message."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    return sent


HTTP = {"type": "http", "method": "POST", "path": "/predict", "headers": [], "query_string": b"", "root_path": ""}


@pytest.mark.parametrize("path", ["/predict", "/livez"])
def test_a_client_that_leaves_is_not_answered(inside: Make, path: str) -> None:
    """When the connection goes within the body nothing is sent and the log says so."""
    client = inside()
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    assert _call(client.door, {**HTTP, "path": path}, messages) == []
    assert [line["event"] for line in client.logged()] == ["client-gone"]


def test_the_lifespan_opens_and_closes_nothing(inside: Make) -> None:
    """Servers that speak it are answered, and the model is there before and after."""
    client = inside()
    sent = _call(client.door, {"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert client.post("/predict", body_of(TEXT)).status_code == 200


def test_a_websocket_is_closed(inside: Make) -> None:
    """There is none here, which is said politely."""
    sent = _call(inside().door, {"type": "websocket", "path": "/", "headers": []}, [{"type": "websocket.connect"}])
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_body_in_many_pieces_is_one(inside: Make) -> None:
    """However a server cuts a body, empty pieces included, the answer is the same."""
    client, body = inside(), body_of(TEXT)
    pieces = [body[i : i + 1] for i in range(len(body))] + [b""]
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    *_, last = _call(client.door, HTTP, [*messages, {"type": "http.request"}])
    assert last["body"] == client.post("/predict", body).content


def test_announced_length_is_checked_before_a_byte_is_read(inside: Make) -> None:
    """A body that says it is too large is refused by its head alone, and lies in digits do not help."""
    client = inside(max_body_bytes=10)
    for length in (b"11", b"10000000000", b"9" * 40):
        start, _ = _call(client.door, {**HTTP, "headers": [(b"content-length", length)]}, [])
        assert start["status"] == 413


def test_a_body_that_lies_about_its_length_is_counted(inside: Make) -> None:
    """What comes is counted, whatever was announced."""
    lies = [[(b"content-length", b"1")], [(b"content-length", b"0" * 30 + b"99")], [(b"content-length", b"x")], []]
    for headers in lies:
        messages = [{"type": "http.request", "body": b"x" * 6, "more_body": True} for _ in range(9)]
        start, _ = _call(inside(max_body_bytes=10).door, {**HTTP, "headers": headers}, messages)
        assert start["status"] == 413
        assert len(messages) == 7  # two were enough to know


def test_the_environment_is_read_where_no_settings_are_given(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The factory that servers call reads the environment, and a wrong variable stops it."""
    monkeypatch.setenv("UNDERTONE_ARTIFACTS", str(shipped))
    monkeypatch.setenv("UNDERTONE_MAX_TEXT_CHARS", "3")
    assert asgi.build().core.settings.max_text_chars == 3
