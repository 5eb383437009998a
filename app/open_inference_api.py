"""The Open Inference Protocol's routes in FastAPI: health, metadata, and the inference as the docs show it.

    GET /v2    GET /v2/health/live    GET /v2/health/ready
    GET /v2/models/<task>[/versions/<version>]    ... /ready    POST ... /infer

The inference itself is the core's. Left out: its rules (`open_inference`).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from textmodel.errors import ArtifactMissing

from . import tensors
from .front import body_timeout, body_too_large, failed, no_key
from .log import Log
from .open_inference import BINARY, INPUT, LENGTH, dress, no_such_model
from .open_inference_schemas import (
    InferenceError,
    InferenceRequest,
    InferenceResponse,
    Live,
    ModelMetadata,
    ModelReady,
    Ready,
    ServerMetadata,
    TensorMetadata,
)
from .openapi import reference
from .predict import Core
from .problems import JSON, Reply, ok, problem

VERSION = "0.1.0"
"""The project's own."""
PLATFORM = "undertone"
EXTENSIONS = ["binary_tensor_data"]
TAGS: list[str | Enum] = ["Open Inference Protocol"]
_TEXTS = ["Operating profit rose to EUR 13.1 mn from EUR 8.7 mn.", "Sales fell."]
_EXAMPLE = {
    "id": "42",
    "inputs": [{"name": INPUT, "shape": [2], "datatype": "BYTES", "data": _TEXTS}],
    "parameters": {"target": 0.8},
}
_RAW = {"schema": {"type": "string", "format": "binary"}}
_LENGTH: dict[str, Any] = {
    "name": LENGTH,
    "in": "header",
    "description": "The bytes of the JSON, where binary data follows.",
    "schema": {"type": "integer", "minimum": 0},
}
Get = Callable[[], Reply]
Respond = Callable[[Reply], Response]


def add(api: FastAPI, core: Core, respond: Respond) -> Mapping[str, Get]:
    """Add every route of the protocol for the one model there is; gives what answers a GET, by path."""
    routes = _Routes(api, core, respond)
    routes.get("/v2/health/live", "v2_live", "The server answers", Live, _live, is_open=True)
    ready = partial(_ready, core, Ready(ready=True))
    routes.get("/v2/health/ready", "v2_ready", "The model answers right", Ready, ready, is_open=True)
    routes.get("/v2", "v2_server", "What the server is", ServerMetadata, _server)
    model = f"/v2/models/{core.settings.task}"
    routes.model(model, "v2_model")
    if core.model:
        routes.model(f"{model}/versions/{core.model.artifact.version}", "v2_model_version")
    for path in ("", "/ready", "/versions/{version}", "/versions/{version}/ready"):
        api.get(f"/v2/models/{{name}}{path}", include_in_schema=False)(_unknown(core, respond))
    return routes.gets


class _Routes:
    """Routes with what the docs say of them; examples of answers are made when somebody asks for the document."""

    def __init__(self, api: FastAPI, core: Core, respond: Respond) -> None:
        self._api = api
        self._core = core
        self._respond = respond
        self.gets: dict[str, Get] = {}

    def model(self, path: str, name: str) -> None:
        """The model's three routes below one path."""
        ready = partial(_ready, self._core, ModelReady(self._core.settings.task, ready=True))
        self.get(path, name, "What the model takes and gives", ModelMetadata, partial(_model, self._core))
        self.get(f"{path}/ready", f"{name}_ready", "The model answers right", ModelReady, ready)
        self._infer(f"{path}/infer", f"{name}_infer")

    def get(self, path: str, name: str, summary: str, answer: type, reply: Get, *, is_open: bool = False) -> None:
        async def route() -> Response:
            return self._respond(reply())

        self.gets[path] = reply
        errors = (failed(), self._unavailable(), *(() if is_open else (no_key(),)))
        described = _described(answer, errors, is_open=is_open)
        self._api.get(path, name=name, summary=summary, tags=TAGS, **described)(route)

    def _infer(self, path: str, name: str) -> None:
        async def route(request: Request) -> Response:
            answer = self._core.route(path, dict(request.scope["headers"])) or _no_answer
            return self._respond(answer(await request.body()))

        settings, wrong = self._core.settings, (self._core.route(path, {}) or _no_answer)(b'{"inputs":[]}')
        errors = (failed(), self._unavailable(), no_key(), body_timeout(settings), body_too_large(settings), wrong)
        described = _described(InferenceResponse, errors)
        described["responses"][200]["content"][BINARY] = {**_RAW, "examples": {}}
        body = {"schema": reference(InferenceRequest), "examples": {"Two texts": {"value": _EXAMPLE}}}
        content = {JSON: body, BINARY: _RAW}
        described["openapi_extra"] |= {"parameters": [_LENGTH], "requestBody": {"required": True, "content": content}}
        self._api.post(path, name=name, summary="Infer", tags=TAGS, **described)(route)

    def _unavailable(self) -> Reply:
        """What a service says whose artifact is not there."""
        path = f"vectorizer/{self._core.settings.task}/manifest.json"
        missing = ArtifactMissing(path, "a readable file", "No such file or directory")
        return Core(missing, self._core.settings, Log()).predict(b'{"text":""}')


def _described(answer: type, errors: Iterable[Reply], *, is_open: bool = False) -> dict[str, Any]:
    """What a route tells FastAPI: its answer, and an example of each error."""
    responses: dict[int, dict[str, Any]] = {ok(b"").status: _response("The answer", answer)}
    for error in errors:
        shown = {"An error": {"value": msgspec.json.decode(dress(error).body)}}
        responses[error.status] = _response("What is wrong", InferenceError, examples=shown)
    extra: dict[str, Any] = {} if is_open else {"security": [{}, {"apiKey": []}, {"bearer": []}]}
    return {"responses": responses, "openapi_extra": extra}


def _response(description: str, shape: type, **more: Any) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": reference(shape), **more}}}


def _live() -> Reply:
    return ok(msgspec.json.encode(Live(live=True)))


def _ready(core: Core, told: object) -> Reply:
    return core.ready() or ok(msgspec.json.encode(told))


def _server() -> Reply:
    return ok(msgspec.json.encode(ServerMetadata("undertone", VERSION, EXTENSIONS)))


def _model(core: Core) -> Reply:
    if core.model is None:
        return problem("model-unavailable", core.fault or "")
    artifact = core.model.artifact
    found = tensors.outputs(artifact.labels, ()).items()
    answered = [TensorMetadata(name, t.datatype, [size or -1 for size in t.shape]) for name, t in found]
    texts = [TensorMetadata(INPUT, "BYTES", [-1])]
    return ok(msgspec.json.encode(ModelMetadata(artifact.task, [artifact.version], PLATFORM, texts, answered)))


def _unknown(core: Core, respond: Respond) -> Callable[[str, str], object]:
    async def route(name: str, version: str = "") -> Response:
        return respond(problem("not-found", no_such_model(name, version, core.model)))

    return route


def _no_answer(_body: bytes) -> Reply:
    return problem("not-found", "No model is here.")
