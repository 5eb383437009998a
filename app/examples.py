"""The examples of the OpenAPI document: what this process itself answers to each request that is shown.

A right request is the route's own; a wrong one is made of it for every problem that the route can have.
Left out: where the examples stand (`openapi`).
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from .front import body_timeout, body_too_large, failed, no_key
from .log import Log
from .predict import Core, open_core
from .problems import TYPE_PREFIX, Reply
from .settings import Settings

Answer = Callable[[bytes], Reply]
Request = dict[str, Any]


def _longer(request: Request, settings: Settings) -> bytes:
    return _with(request, "x" * (settings.max_text_chars + 1))


def _more(request: Request, settings: Settings) -> bytes:
    return _with(request, [""] * (settings.max_batch_texts + 1))


def _with(request: Request, value: object) -> bytes:
    """The request with another value in its first field."""
    return msgspec.json.encode({**request, next(iter(request)): value})


def _without_artifact(settings: Settings) -> Reply:
    """What a service says whose artifact is not where the settings look for it."""
    nowhere = replace(settings, artifacts=os.path.join(settings.artifacts, "saved_model", "nowhere"))
    return open_core(nowhere).predict(b'{"text":""}')


WRONG: Mapping[str, Callable[[Request, Settings], bytes]] = {
    "invalid-json": lambda request, _: msgspec.json.encode(request)[:-1],
    "invalid-shape": lambda request, _: _with(request, 42),
    "text-too-long": _longer,
    "batch-too-large": _more,
}
"""A right request and the settings to a body that has the problem."""
AROUND: Mapping[str, Callable[[Settings], Reply]] = {
    "body-timeout": body_timeout,
    "body-too-large": body_too_large,
    "unauthorized": lambda _: no_key(),
    "internal": lambda _: failed(),
    "model-unavailable": _without_artifact,
}
"""The problems that lie around a route."""


class Examples:
    """Answers to the requests of the document; `gets` are those of the paths without a body."""

    def __init__(self, core: Core, gets: Mapping[str, Callable[[], Reply]]) -> None:
        self._core = Core(core.model, core.settings, Log(lambda _line: None)) if core.model else core
        self._gets = gets

    def answer(self, path: str, request: Request | None) -> Any:
        """The JSON of the answer; None where there is none, as without a model."""
        answer = self._core.route(path, {})
        if request is None:
            reply = self._gets[path]() if path in self._gets else None
        else:
            reply = answer(msgspec.json.encode(request)) if answer else None
        return msgspec.json.decode(reply.body) if reply and reply.status < 300 else None

    def problem(self, path: str, kind: str, request: Request | None) -> Any:
        """The document of a problem; None where this process does not meet it."""
        settings, answer = self._core.settings, self._core.route(path, {})
        if kind in AROUND:
            reply = AROUND[kind](settings)
        elif request and answer and kind in WRONG:
            reply = answer(WRONG[kind](request, settings))
        else:
            return None
        found = msgspec.json.decode(reply.body)
        return found if found["type"] == TYPE_PREFIX + kind else None
