"""The published document against what runs: schemathesis as an independent client, msgspec as the source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app import schemas
from app.open_inference_schemas import WIRE_TYPES as OPEN_INFERENCE
from app.problems import KINDS, PROBLEM_JSON, Problem
from tests.app.documented import CHECKS, MODES, hold_to_document
from tests.app.serving import Inside, Running, explode, parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.predict import Core

WIRE_TYPES = [
    schemas.TextRequest, schemas.BatchRequest, schemas.BatchResponse, schemas.OriginalRequest,
    schemas.OriginalResponse, schemas.Prediction, schemas.FeedbackRequest, schemas.ModelInfo, schemas.Limits,
    schemas.Status, Problem, *OPEN_INFERENCE,
]  # fmt: skip

V2_MODELS = ("/v2/models/sentiment", "/v2/models/sentiment/versions/1.0.0")
V2_PATHS = {"": "get", "/ready": "get", "/infer": "post"}
"""What there is of a model by the Open Inference Protocol; tests/app/test_open_inference_clients.py asks them."""


@pytest.fixture(scope="module")
def published(served: Running) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


@pytest.fixture
def document(door: Inside) -> dict[str, Any]:
    return door.get("/openapi.json").json()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/predict"), ("POST", "/predict/batch"), ("POST", "/process_text"), ("POST", "/feedback"),
     ("GET", "/livez"), ("GET", "/readyz"), ("GET", "/model")],
)  # fmt: skip
def test_the_service_answers_as_its_document_says(
    published: Any, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    """No fault, only documented statuses, types and bodies, for right and wrong requests; right ones are taken."""
    hold_to_document(published, method, path, mode, (*CHECKS, positive_data_acceptance))


def test_components_are_those_of_the_wire_types(document: dict[str, Any]) -> None:
    """The schemas are derived from the structs that read and write the wire, and from nothing else."""
    _, expected = msgspec.json.schema_components(WIRE_TYPES, ref_template="#/components/schemas/{name}")
    assert document["components"]["schemas"] == expected


def test_paths_are_those_of_the_contract(document: dict[str, Any]) -> None:
    """The document has every path that clients call; pages for people are left out."""
    expected = {
        "/predict": ["post"], "/predict/batch": ["post"], "/process_text": ["post"], "/feedback": ["post"],
        "/livez": ["get"], "/readyz": ["get"], "/model": ["get"],
        "/v2": ["get"], "/v2/health/live": ["get"], "/v2/health/ready": ["get"],
        **{f"{model}{path}": [method] for model in V2_MODELS for path, method in V2_PATHS.items()},
    }  # fmt: skip
    assert {path: list(methods) for path, methods in document["paths"].items()} == expected


def test_every_reference_is_there(document: dict[str, Any]) -> None:
    """Nothing refers to a schema that the document does not hold."""
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m, path, o) for path, methods in document["paths"].items() for m, o in methods.items()]


def _examples(content: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    return {name: shown["value"] for name, shown in content.get(content_type, {}).get("examples", {}).items()}


def _requests(operation: dict[str, Any]) -> dict[str, Any]:
    return _examples(operation["requestBody"]["content"]) if "requestBody" in operation else {"Now": None}


def test_every_example_is_answered_as_it_says(door: Inside, document: dict[str, Any]) -> None:
    """What the document shows can be sent as it stands, and gets the answer that stands under the same name."""
    shown, found = {}, {}
    for method, path, operation in _operations(document):
        status, answer = next(item for item in operation["responses"].items() if item[0] < "300")
        for name, body in _requests(operation).items():
            shown[path, name] = (int(status), _examples(answer["content"]).get(name))
            reply = door.request(method.upper(), path, content=None if body is None else json.dumps(body).encode())
            found[path, name] = (reply.status_code, reply.json())
    assert found == shown
    assert len(shown) >= 10


def test_making_the_examples_leaves_no_trace(inside: Callable[..., Inside]) -> None:
    """A document that is read writes the line of its own request, no feedback, and counts no text."""
    client = inside()
    client.get("/openapi.json")
    assert [line["path"] for line in client.logged()] == ["/openapi.json"]
    figures = client.get("/metrics").text
    assert re.findall(r"^undertone_predictions_total.* ([0-9.]+)$", figures, re.MULTILINE) == ["0.0"] * 3


WRONG: dict[str, Callable[[Any], bytes]] = {
    "invalid-json": lambda body: json.dumps(body)[:-1].encode(),
    "invalid-shape": lambda body: json.dumps(dict.fromkeys(body, 42)).encode(),
    "text-too-long": lambda body: json.dumps({**body, next(iter(body)): "a" * 50_001}).encode(),
    "batch-too-large": lambda _: json.dumps({"texts": ["a"] * 1_001}).encode(),
    "body-too-large": lambda _: b" " * 1_048_577,
}
"""A right body to one that has the problem."""


@pytest.fixture
def ask(inside: Callable[..., Inside], tmp_path: Path) -> Callable[..., Any]:
    """A function: a problem, a method, a path and a right body to the answer of a service that has the problem."""
    usual = inside()
    troubled = {
        "unauthorized": inside(api_keys_sha256=("0" * 64,)),
        "model-unavailable": inside(artifacts=str(tmp_path)),
        "internal": inside(),
    }
    core: Core = troubled["internal"].door.core  # type: ignore[attr-defined]  # the door's own
    core.routes.update(dict.fromkeys(core.routes, explode))
    core.ready = lambda: explode(b"x")  # type: ignore[method-assign]  # the fake is the fault
    core.settings = None  # type: ignore[assignment]  # /model reads it

    def send(kind: str, method: str, path: str, body: Any) -> Any:
        content = WRONG[kind](body) if kind in WRONG else None if body is None else json.dumps(body).encode()
        return troubled.get(kind, usual).request(method.upper(), path, content=content).json()

    return send


WITH_BODY = ("/predict", "/predict/batch", "/process_text", "/feedback")
ELSEWHERE = {("body-timeout", path) for path in WITH_BODY} | {("internal", "/livez")}
"""A slow body is sent to a server below; a health check that answers one word cannot be made to fail."""


def test_every_example_of_a_problem_is_what_such_a_request_gets(
    document: dict[str, Any], ask: Callable[..., Any]
) -> None:
    """Type, title, status, detail and path are those of the answer to a request that has the problem."""
    shown, found = {}, {}
    for method, path, operation in _operations(document):
        body = next(iter(_requests(operation).values()))
        for status, response in operation["responses"].items():
            for kind, value in _examples(response["content"], PROBLEM_JSON).items() if status >= "400" else ():
                assert value["status"] == int(status) == KINDS[kind].status
                if (kind, path) not in ELSEWHERE:
                    shown[path, kind], found[path, kind] = value, ask(kind, method, path, body)
    assert found == shown
    assert {kind for _, kind in shown} == {*WRONG, "unauthorized", "model-unavailable", "internal"}


def test_every_problem_of_a_path_has_an_example(document: dict[str, Any]) -> None:
    """Each title that a response is described by is that of an example."""
    for _, _, operation in _operations(document):
        for response in operation["responses"].values():
            if PROBLEM_JSON in response["content"]:
                titles = [value["title"] for value in _examples(response["content"], PROBLEM_JSON).values()]
                assert " or ".join(titles) == response["description"]


def test_the_example_of_a_slow_body_is_true(serve: Callable[..., Running]) -> None:
    """Its detail tells the seconds of the service's own settings."""
    server = serve(UNDERTONE_BODY_TIMEOUT_S="0.2")
    document = server.get("/openapi.json").json()
    for path in WITH_BODY:
        found = parsed(server.ask(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{{".encode()))
        shown = document["paths"][path]["post"]["responses"]["408"]["content"]
        assert _examples(shown, PROBLEM_JSON) == {"body-timeout": found.json()}


def test_examples_without_a_model_say_so(inside: Callable[..., Inside], tmp_path: Path) -> None:
    """A service that cannot answer shows requests and problems, and no answer."""
    document = inside(artifacts=str(tmp_path)).get("/openapi.json").json()
    responses = document["paths"]["/predict"]["post"]["responses"]
    assert _examples(responses["200"]["content"]) == {}
    assert list(_examples(responses["503"]["content"], PROBLEM_JSON)) == ["model-unavailable"]


def test_operations_are_named_once_and_in_short(document: dict[str, Any]) -> None:
    """A client made from the document has one function an operation."""
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_open_paths_ask_for_no_key(document: dict[str, Any]) -> None:
    """Security stands where a key may be asked for, and not at the health checks."""
    asking = {path for path, methods in document["paths"].items() for o in methods.values() if "security" in o}
    by_protocol = {f"{model}{path}" for model in V2_MODELS for path in V2_PATHS} | {"/v2"}
    assert asking == {"/predict", "/predict/batch", "/process_text", "/feedback", "/model", *by_protocol}
