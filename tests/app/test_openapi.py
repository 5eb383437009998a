"""The published document against what runs: schemathesis as an independent client, msgspec as the source."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
import msgspec
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import schemas
from app.problems import KINDS, Problem
from tests.app.serving import Inside, Running

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    positive_data_acceptance,
]
WIRE_TYPES = [
    schemas.TextRequest, schemas.BatchRequest, schemas.BatchResponse, schemas.OriginalRequest,
    schemas.OriginalResponse, schemas.Prediction, schemas.FeedbackRequest, schemas.ModelInfo, schemas.Limits,
    schemas.Status, Problem,
]  # fmt: skip


@pytest.fixture(scope="module")
def published(served: Running) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


@pytest.fixture
def document(door: Inside) -> dict[str, Any]:
    return door.get("/openapi.json").json()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/predict"), ("POST", "/predict/batch"), ("POST", "/process_text"), ("POST", "/feedback"),
     ("GET", "/livez"), ("GET", "/readyz"), ("GET", "/model")],
)  # fmt: skip
def test_the_service_answers_as_its_document_says(
    published: Any, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    """No fault, only documented statuses, types and bodies, for right and wrong requests; right ones are taken."""
    if method == "GET" and mode is schemathesis.GenerationMode.NEGATIVE:
        return  # nothing of such a request can be wrong

    @hypothesis.settings(max_examples=40, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=published[path][method].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_components_are_those_of_the_wire_types(document: dict[str, Any]) -> None:
    """The schemas are derived from the structs that read and write the wire, and from nothing else."""
    _, expected = msgspec.json.schema_components(WIRE_TYPES, ref_template="#/components/schemas/{name}")
    assert document["components"]["schemas"] == expected


def test_paths_are_those_of_the_contract(document: dict[str, Any]) -> None:
    """The document has every path that clients call; pages for people are left out."""
    expected = {
        "/predict": ["post"], "/predict/batch": ["post"], "/process_text": ["post"], "/feedback": ["post"],
        "/livez": ["get"], "/readyz": ["get"], "/model": ["get"],
    }  # fmt: skip
    assert {path: list(methods) for path, methods in document["paths"].items()} == expected


def test_every_reference_is_there(document: dict[str, Any]) -> None:
    """Nothing refers to a schema that the document does not hold."""
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])


def test_every_example_of_a_request_is_accepted(door: Inside, document: dict[str, Any]) -> None:
    """What the document shows can be sent as it stands."""
    bodies = {
        path: operation["requestBody"]["content"]["application/json"]["example"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "requestBody" in operation
    }
    statuses = {path: door.post(path, json.dumps(body).encode()).status_code for path, body in bodies.items()}
    assert statuses == {"/predict": 200, "/predict/batch": 200, "/process_text": 200, "/feedback": 202}


def test_every_example_of_a_problem_is_one(document: dict[str, Any]) -> None:
    """The problems shown under a status have that status, and their title and type."""
    shown = [
        (int(status), kind, example["value"])
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for kind, example in response.get("content", {}).get("application/problem+json", {}).get("examples", {}).items()
    ]
    assert shown
    for status, kind, value in shown:
        assert msgspec.convert(value, Problem).type == f"urn:undertone:problem:{kind}"
        assert (value["status"], value["title"]) == (status, KINDS[kind].title)
        assert status == KINDS[kind].status


def test_operations_are_named_once_and_in_short(document: dict[str, Any]) -> None:
    """A client made from the document has one function an operation."""
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_open_paths_ask_for_no_key(document: dict[str, Any]) -> None:
    """Security stands where a key may be asked for, and not at the health checks."""
    asking = {path for path, methods in document["paths"].items() for o in methods.values() if "security" in o}
    assert asking == {"/predict", "/predict/batch", "/process_text", "/feedback", "/model"}
