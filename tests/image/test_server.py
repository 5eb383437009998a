"""The server image, over HTTP, gives the answers of the core in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.image.test_lambda import BODIES

if TYPE_CHECKING:
    from app.predict import Core
    from tests.image.conftest import Container


def test_it_answers_as_the_core(server: Container, core: Core):
    """Status, type and bytes are the core's, and pages are there."""
    for path, body in BODIES:
        answer, reply = server.request("POST", path, content=body), core.routes[path](body)
        found = (answer.status_code, answer.headers["content-type"], answer.content)
        assert found == (reply.status, reply.content_type, reply.body)
    for path in ("/", "/docs", "/openapi.json", "/livez", "/model"):
        assert server.request("GET", path).status_code == 200


def test_figures_of_all_workers_add_up(server: Container):
    """Whoever of the workers is asked for figures gives those of all."""
    for _ in range(40):
        server.request("POST", "/predict", content=b'{"text": "Sales fell."}')
    lines = {server.request("GET", "/metrics").text for _ in range(8)}
    counted = [
        line
        for text in lines
        for line in text.splitlines()
        if line.startswith("undertone_predictions_total") and not line.endswith(" 0.0")
    ]
    assert set(counted) == {'undertone_predictions_total{label="negative"} 40.0'}


def test_it_is_nobody_and_writes_nothing(server: Container):
    """The user is not root, and of the root nothing can be written."""
    uid, can_write = server.python(
        "import json, os; print(json.dumps([os.getuid(), [p for p in ('/undertone', '/') if os.access(p, os.W_OK)]]))"
    )
    assert uid == 65532
    assert can_write == []


def test_it_warns_and_stops_in_peace(server: Container):
    """Without keys the start says who can use it; SIGTERM ends it without an error."""
    assert "warning: listening on 0.0.0.0 without API keys" in server.written()
    assert server.stop() == 0


@pytest.mark.parametrize("stage", ["function", "server"])
def test_it_holds_what_serving_needs(stage: str, request: pytest.FixtureRequest):
    """Neither tests, installers, trainers nor this repository's other rooms; each module has its bytecode."""
    container: Container = request.getfixturevalue(stage)
    folders, files, stale = container.python(
        "import json, os, sys, importlib.util as u; root = os.getcwd(); "
        "py = [os.path.join(d, f) for d, _, fs in os.walk(root) for f in fs if f.endswith('.py')]; "
        "print(json.dumps([sorted(f for f in os.listdir(root) if '-info' not in f), len(py), "
        "[f for f in py if not os.path.exists(u.cache_from_source(f))]]))"
    )
    rooms = {"app", "saved_model", "textmodel", "vectorizer"}
    assert rooms <= set(folders)
    others = {"benchmarks", "model_training", "tests", "pip", "setuptools", "sklearn", "tensorflow", "keras", "uvicorn"}
    assert others & set(folders) == set()
    assert files > 500
    assert stale == []
