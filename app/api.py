"""The FastAPI application: pages, docs, health, metadata, and the routes of the core as the docs show them.

The routes call the core in-line: it takes microseconds, and a thread would cost more than the answer.
Left out: what every answer owes (`front`), so this is always served behind `asgi` or a Lambda door.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from textmodel.reliability import Row, threshold

from . import docs_page, open_inference_api
from .examples import Examples
from .open_inference_schemas import WIRE_TYPES as OPEN_INFERENCE
from .openapi import WITH_BODY, install, operation
from .predict import Core
from .problems import JSON, Reply, accepted, ok, problem
from .schemas import (
    BatchRequest,
    BatchResponse,
    FeedbackRequest,
    Limits,
    ModelInfo,
    OriginalRequest,
    OriginalResponse,
    Prediction,
    Reliability,
    Status,
    TargetInfo,
    TextRequest,
)

PAGE = os.path.join(os.path.dirname(__file__), "page")
_EXAMPLE = "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn."
_ONE = {
    "A text": {"text": _EXAMPLE},
    "Sentence by sentence, for another target": {"text": f"{_EXAMPLE} Sales fell.", "sentences": True, "target": 0.8},
    "With reasons": {"text": _EXAMPLE, "explain": True},
}
_MANY = {
    "Two texts": {"texts": [_EXAMPLE, "Sales fell."]},
    "With reasons": {"texts": [_EXAMPLE, "Sales fell."], "explain": True},
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def build_api(core: Core, exposition: Callable[[], Reply] | None) -> tuple[FastAPI, frozenset[str]]:
    """The application over one core, and its paths; /metrics where there is an exposition of figures."""
    api = FastAPI(
        title="Undertone",
        summary="Tells the tone of a text.",
        version=core.model.artifact.version if core.model else "0",
        servers=[{"url": "./", "description": "This service, as seen from this document"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    _add_core(api, core)
    _add_health(api, core)
    protocol = open_inference_api.add(api, core, _response)
    _add_pages(api, exposition)
    docs_page.add(api)
    api.add_exception_handler(HTTPException, _problem)  # type: ignore[arg-type]  # Starlette's type is wider
    wire_types = (
        TextRequest,
        BatchRequest,
        BatchResponse,
        OriginalRequest,
        OriginalResponse,
        Prediction,
        FeedbackRequest,
    )
    gets: dict[str, Callable[[], Reply]] = {
        "/livez": _alive,
        "/readyz": partial(_ready, core),
        "/model": partial(_model_info, core),
        **protocol,
    }
    install(api, (*wire_types, ModelInfo, Limits, Status, *OPEN_INFERENCE), Examples(core, gets))
    return api, frozenset(path for route in api.routes if (path := getattr(route, "path", None)))


def _add_core(api: FastAPI, core: Core) -> None:
    too_long = (*WITH_BODY, "text-too-long")
    one = operation(TextRequest, Prediction, _ONE, too_long)
    many = operation(BatchRequest, BatchResponse, _MANY, (*WITH_BODY, "batch-too-large"))
    original = operation(OriginalRequest, OriginalResponse, {"A text": {"payload": _EXAMPLE}}, too_long)
    api.post("/predict", summary="Classify one text", tags=["Predict"], **one)(_door(core.predict))
    api.post("/predict/batch", summary="Classify many texts", tags=["Predict"], **many)(_door(core.predict_batch))
    api.post("/process_text", summary="Classify one text, as the original service did", tags=["Predict"], **original)(
        _door(core.process_text)
    )
    label = core.model.labels[0] if core.model else "negative"
    right = {"request_id": "4f1c2d9e-0000-4000-8000-000000000001", "label": label}
    told = operation(FeedbackRequest, Status, {"A label": right}, WITH_BODY, status=accepted(b"").status)
    if core.model:
        _only(told, "label", core.model.labels)
    api.post("/feedback", summary="Tell what an answer's label should have been", tags=["Feedback"], **told)(
        _door(core.feedback)
    )


def _only(operation: dict[str, Any], field: str, values: tuple[str, ...]) -> None:
    """Publish the values that this process takes in one field of a request."""
    body = operation["openapi_extra"]["requestBody"]["content"][JSON]
    body["schema"] = {"allOf": [body["schema"], {"properties": {field: {"enum": list(values)}}}]}


def _add_health(api: FastAPI, core: Core) -> None:
    @api.get(
        "/livez", summary="The process answers", tags=["Service"], **operation(None, Status, None, (), is_open=True)
    )
    async def livez() -> Response:
        return _response(_alive())

    @api.get(
        "/readyz",
        summary="The model answers right",
        tags=["Service"],
        **operation(None, Status, None, ("model-unavailable",), is_open=True),
    )
    async def readyz() -> Response:
        return _response(_ready(core))

    @api.get(
        "/model",
        summary="What answers here",
        tags=["Service"],
        **operation(None, ModelInfo, None, ("model-unavailable",)),
    )
    async def model() -> Response:
        return _response(_model_info(core))


def _add_pages(api: FastAPI, exposition: Callable[[], Reply] | None) -> None:
    @api.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        return _page(request.scope.get("root_path", ""))

    if exposition:

        @api.get("/metrics", include_in_schema=False)
        async def metrics() -> Response:
            return _response(exposition())

    api.mount("/page", _Assets(directory=PAGE), name="page")


def _page(prefix: str) -> Response:
    """The page; below a prefix its links say so, since those of an address such as /prod would lead past it."""
    file = os.path.join(PAGE, "index.html")
    if not prefix:
        return FileResponse(file, headers=_PAGE_HEADERS)
    with open(file, encoding="utf-8") as page:
        html = page.read().replace('="./', f'="/{quote(prefix.strip("/"))}/')
    return Response(html, headers=_PAGE_HEADERS, media_type="text/html")


class _Assets(StaticFiles):
    """Files that a browser asks for again, by their tags, so that those of two versions never meet."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = _PAGE_HEADERS["Cache-Control"]
        response.headers["X-Content-Type-Options"] = _PAGE_HEADERS["X-Content-Type-Options"]
        return response


def _door(answer: Callable[[bytes], Reply]) -> Callable[[Request], object]:
    async def route(request: Request) -> Response:
        return _response(answer(await request.body()))

    route.__name__ = answer.__name__
    route.__doc__ = answer.__doc__
    return route


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers), reply.content_type)


def _alive() -> Reply:
    return ok(msgspec.json.encode(Status("alive")))


def _ready(core: Core) -> Reply:
    return core.ready() or ok(msgspec.json.encode(Status("ready")))


def _model_info(core: Core) -> Reply:
    if core.model is None:
        return problem("model-unavailable", core.fault or "")
    artifact, settings = core.model.artifact, core.settings
    limits = Limits(settings.max_text_chars, settings.max_batch_texts, settings.max_body_bytes)
    info = ModelInfo(
        name=core.model.name,
        version=artifact.version,
        task=artifact.task,
        language=artifact.language,
        licence=str(artifact.about.get("licence", "")),
        labels=list(artifact.labels),
        token_rule=artifact.token_rule,
        target=_target_info(artifact.reliability, settings.target_accuracy),
        reliability=[Reliability(*row) for row in artifact.reliability],
        metrics=artifact.about.get("metrics", {}),
        data=artifact.about.get("data", {}),
        sha256=dict(artifact.files),
        limits=limits,
    )
    return ok(msgspec.json.encode(info))


def _target_info(table: Sequence[Row], accuracy: float) -> TargetInfo:
    found = threshold(table, accuracy)
    return TargetInfo(accuracy, *(found or (None, 0.0)))


async def _problem(_request: Request, error: HTTPException) -> Response:
    """Starlette's own refusals as problem documents."""
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        if allowed == "GET":  # a HEAD is answered as a GET is (`asgi`)
            allowed = "GET, HEAD"
        return _response(problem("method-not-allowed", f"Allowed: {allowed}.", headers=(("Allow", allowed),)))
    return _response(problem("not-found", "The paths are listed at /docs."))
