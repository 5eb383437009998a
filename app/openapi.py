"""The OpenAPI document: schemas from the wire types, problems from their table, and where the examples stand.

Left out: paths and summaries, which FastAPI takes from the routes (`api`); answers to the examples (`examples`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI

from .examples import Examples
from .problems import JSON, KINDS, PROBLEM_JSON, Problem

_REF = "#/components/schemas/{name}"
WITH_BODY = ("invalid-json", "body-timeout", "body-too-large", "invalid-shape", "model-unavailable")
"""Problems of every path that takes a body."""


def operation(
    request: type | None,
    answer: type | None,
    examples: Mapping[str, object] | None,
    problems: tuple[str, ...],
    *,
    is_open: bool = False,
    status: int = 200,
) -> dict[str, Any]:
    """What a route tells FastAPI: its body, its answer, its problems, and that it may ask for a key.

    `examples` are bodies by what they show; `install` adds the answers that they get.
    """
    extra: dict[str, Any] = {} if is_open else {"security": [{}, {"apiKey": []}, {"bearer": []}]}
    if request:
        shown = {name: {"value": body} for name, body in (examples or {}).items()}
        content: dict[str, Any] = {"schema": reference(request)} | ({"examples": shown} if shown else {})
        extra["requestBody"] = {"required": True, "content": {JSON: content}}
    around = ("internal",) if is_open else ("unauthorized", "internal")
    responses = {status: _problem_response(kinds) for status, kinds in _by_status((*problems, *around)).items()}
    if answer:
        shape = {JSON: {"schema": reference(answer)}}
        responses[status] = {"description": "The answer", "headers": _headers([]), "content": shape}
    return {"openapi_extra": extra, "responses": responses, "status_code": status}


def install(api: FastAPI, types: tuple[type, ...], examples: Examples) -> None:
    """Make `api` publish FastAPI's document with the wire types and the examples' answers in it, made once."""
    _, components = msgspec.json.schema_components((*types, Problem), ref_template=_REF)
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = generate()
            document["components"] = {"schemas": components, "securitySchemes": _SECURITY}
            for path, operation in _operations(document):
                _show(path, operation, examples)
            api.openapi_schema = document
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


_SECURITY: Mapping[str, Any] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def _show(path: str, operation: dict[str, Any], examples: Examples) -> None:
    """Put under each response what this process answers."""
    bodies = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("examples", {})
    requests = {name: example["value"] for name, example in bodies.items()} or {"Now": None}
    for response in operation["responses"].values():
        for content_type, content in response.get("content", {}).items():
            if "examples" in content and content_type != PROBLEM_JSON:
                continue  # it has its own
            if content_type == PROBLEM_JSON:
                first = next(iter(requests.values()))
                values = {kind: examples.problem(path, kind, first) for kind in content["examples"]}
            else:
                values = {name: examples.answer(path, body) for name, body in requests.items()}
            content["examples"] = {name: {"value": value} for name, value in values.items() if value is not None}


def _headers(kinds: list[str]) -> dict[str, Any]:
    """Those of every answer, and those of a problem's own."""
    own = {name: value for kind in kinds for name, value in KINDS[kind].headers if name != "Connection"}
    shown = {name: {"schema": {"type": "string"}, "example": value} for name, value in own.items()}
    return {"X-Request-Id": {"schema": {"type": "string"}, "required": True}} | shown


def reference(wire_type: type) -> dict[str, str]:
    """Where the document has a wire type's schema."""
    return {"$ref": _REF.format(name=wire_type.__name__)}


def _by_status(kinds: tuple[str, ...]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for kind in kinds:
        found.setdefault(KINDS[kind].status, []).append(kind)
    return found


def _problem_response(kinds: list[str]) -> dict[str, Any]:
    """One status, with a place for the example of each problem that has it."""
    return {
        "description": " or ".join(KINDS[kind].title for kind in kinds),
        "headers": _headers(kinds),
        "content": {PROBLEM_JSON: {"schema": reference(Problem), "examples": {kind: {} for kind in kinds}}},
    }
