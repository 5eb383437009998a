"""Direct invocation: every shape of event, and whose mistake what is."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections import UserDict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import direct
from app.predict import Core, open_core
from app.settings import Settings
from tests.app.serving import HOUSE, TEXT, clean_environment, explode, python

if TYPE_CHECKING:
    from pathlib import Path

NEVER_HERE = (
    "numpy", "fastapi", "pydantic", "mangum", "starlette", "prometheus_client", "uvicorn", "asyncio",
    "tensorflow", "keras", "sklearn", "scipy", "pandas", "joblib",
)  # fmt: skip


@pytest.fixture
def core(shipped: Path) -> Core:
    return open_core(Settings(artifacts=str(shipped), max_text_chars=100, max_batch_texts=3))


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ({"text": TEXT}, "/predict"),
        ({"texts": [TEXT, 1, ""]}, "/predict/batch"),
        ({"payload": TEXT}, "/process_text"),
        ({"text": "x" * 101}, "/predict"),
        ({"text": 1}, "/predict"),
        ({"texts": [""] * 4}, "/predict/batch"),
        ({"texts": TEXT}, "/predict/batch"),
        ({"payload": None}, "/process_text"),
    ],
)
def test_each_shape_answers_as_over_http(core: Core, event: dict[str, Any], path: str) -> None:
    """An event is a body: the object that comes back is the one that HTTP sends, right or wrong."""
    expected = json.loads(core.routes[path](json.dumps(event).encode()).body)
    assert direct.answer(core, event) == expected


@pytest.mark.parametrize("event", [{"text": TEXT, "more": 1}, UserDict(text=TEXT)])
def test_more_fields_and_other_mappings_are_taken(core: Core, event: Any) -> None:
    """What else is in an event, and how its mapping is made, changes nothing."""
    assert direct.answer(core, event) == direct.answer(core, {"text": TEXT})


def test_warmup_answers_at_once(core: Core) -> None:
    """A warmup classifies nothing and tells the model, also when there is none."""
    assert direct.answer(core, {"warmup": True}) == {"warm": True, "model": "sentiment-1.0.0"}
    assert direct.answer(open_core(Settings(task="none")), {"warmup": True}) == {"warm": True, "model": None}


@pytest.mark.parametrize(
    "event",
    [[], None, "text", 1, 1.5, True, {}, {"warmup": 1}, {"warmup": False}, {"Text": ""}, {1: 2}, ["text"], set()],
)
def test_an_event_of_no_known_shape_is_the_callers_mistake(core: Core, event: object) -> None:
    """The problem names the shapes that are known."""
    found = direct.answer(core, event)
    assert (found["type"], found["status"]) == ("urn:undertone:problem:unknown-event", 422)
    assert all(shape in found["detail"] for shape in ("text", "texts", "payload", "warmup"))


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("\ud800", 400), ("a\udfffb", 400), (["\ud800"], 400), (object(), 400), ([object()], 400),
        ({("a",): 1}, 400), (float("nan"), 422), (10**40, 422), (dt.datetime(2026, 1, 1), None),  # noqa: DTZ001
        (-(10**40), 422), ({"a": 1}, 422),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["text", "texts", "payload"])
def test_what_json_cannot_carry_is_the_callers_mistake(
    core: Core, field: str, value: object, status: int | None
) -> None:
    """Lone surrogates and other objects are problems and never faults."""
    found = direct.answer(core, {field: value})
    assert found.get("status") in ((status, 422) if field == "texts" else (status,)) or "predictions" in found


def test_an_event_nested_without_end_is_the_callers_mistake(core: Core) -> None:
    """An event that holds itself is a problem and never a fault."""
    event: dict[str, Any] = {}
    event["text"] = event
    assert direct.answer(core, event)["status"] == 400


def test_a_fault_of_ours_raises_without_the_text(core: Core) -> None:
    """Lambda counts an error, and its message holds nothing of the event."""
    core.routes["/predict"] = explode
    with pytest.raises(direct.ServiceFault) as caught:
        direct.answer(core, {"text": "marker"})
    assert json.loads(str(caught.value))["type"] == "urn:undertone:problem:internal"
    assert "marker" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


@pytest.mark.parametrize("event", [{"text": "marker"}, {"texts": ["marker"]}, {"payload": "marker"}])
def test_a_damaged_artifact_raises(event: dict[str, Any]) -> None:
    """Without a model a valid event is an error that a canary counts, naming the file."""
    with pytest.raises(direct.ServiceFault) as caught:
        direct.answer(open_core(Settings(task="none")), event)
    assert "ArtifactMissing: vectorizer/none/manifest.json" in str(caught.value)
    assert "marker" not in str(caught.value)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "texts", "payload"]), inner),
)


@settings(max_examples=300)
@given(event=_VALUES)
def test_any_event_is_answered_without_a_fault(shipped: Path, event: Any) -> None:
    """Whatever json.loads can give, the answer is an object that JSON can carry."""
    answer = direct.answer(open_core_once(shipped), event)
    assert isinstance(answer, dict)
    assert json.loads(json.dumps(answer)) == answer


_CORES: dict[str, Core] = {}


def open_core_once(root: Path) -> Core:
    return _CORES.setdefault(str(root), open_core(Settings(artifacts=str(root))))


def test_the_direct_path_imports_nothing_heavy(shipped: Path) -> None:
    """Opening the core and answering one text loads neither NumPy, nor a framework, nor an event loop."""
    code = (
        "import sys, os, json, app.predict, app.direct, app.settings\n"
        "core = app.predict.open_core(app.settings.from_environment(os.environ))\n"
        "for event in ({'text': 'a'}, {'payload': 'a'}, {'text': 1}, [], {'warmup': True}):\n"
        "    app.direct.answer(core, event)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(shipped))
    done = subprocess.run(python("-c", code), cwd=HOUSE, env=environment, check=True, capture_output=True)
    loaded = json.loads(done.stdout)
    assert [name for name in loaded if name.partition(".")[0] in NEVER_HERE] == []
