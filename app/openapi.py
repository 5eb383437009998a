"""The OpenAPI document: schemas from the wire types, problems from their table, examples that are true.

Left out: paths and summaries, which FastAPI takes from the routes (`api`).
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI

from .problems import JSON, KINDS, PROBLEM_JSON, TYPE_PREFIX, Problem

_REF = "#/components/schemas/{name}"
WITH_BODY = ("invalid-json", "body-timeout", "body-too-large", "invalid-shape", "model-unavailable")
"""Problems of every path that takes a body."""


def operation(
    request: type | None,
    answer: type | None,
    example: object,
    problems: tuple[str, ...],
    *,
    is_open: bool = False,
    status: int = 200,
) -> dict[str, Any]:
    """What a route tells FastAPI: its body, its answer, its problems, and that it may ask for a key."""
    extra: dict[str, Any] = {} if is_open else {"security": [{}, {"apiKey": []}, {"bearer": []}]}
    if request:
        content = {"schema": _reference(request)} | ({"example": example} if example else {})
        extra["requestBody"] = {"required": True, "content": {JSON: content}}
    around = ("internal",) if is_open else ("unauthorized", "internal")
    responses = {status: _problem_response(kinds) for status, kinds in _by_status((*problems, *around)).items()}
    if answer:
        responses[status] = {"description": "The answer", "content": {JSON: {"schema": _reference(answer)}}}
    return {"openapi_extra": extra, "responses": responses, "status_code": status}


def install(api: FastAPI, types: tuple[type, ...]) -> None:
    """Make `api` publish FastAPI's document with the components of the wire types in it, made once."""
    _, components = msgspec.json.schema_components((*types, Problem), ref_template=_REF)
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = generate()
            document["components"] = {"schemas": components, "securitySchemes": _SECURITY}
            api.openapi_schema = document
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


_SECURITY: Mapping[str, Any] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def _reference(wire_type: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=wire_type.__name__)}


def _by_status(kinds: tuple[str, ...]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for kind in kinds:
        found.setdefault(KINDS[kind].status, []).append(kind)
    return found


def _problem_response(kinds: list[str]) -> dict[str, Any]:
    """One status, with an example of each problem that has it."""
    examples = {
        kind: {"value": {"type": TYPE_PREFIX + kind, "title": KINDS[kind].title, "status": KINDS[kind].status,
                         "detail": "What is wrong, and what was expected."}}
        for kind in kinds
    }  # fmt: skip
    return {
        "description": " or ".join(KINDS[kind].title for kind in kinds),
        "content": {PROBLEM_JSON: {"schema": _reference(Problem), "examples": examples}},
    }
