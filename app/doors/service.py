"""What every door of the function stands on: the core, the front, FastAPI when first needed, AWS when first needed.

Left out: events; a door turns its own into calls of these.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from ..forms import dressed
from ..front import Front, body_too_large
from ..log import Log
from ..predict import Core
from ..problems import Reply, problem
from .request import HttpRequest


class Outcome(NamedTuple):
    """What a door gives back: what Lambda returns, and what happened, for log and figures."""

    result: Any
    status: int
    replies: tuple[Reply, ...] = ()
    fault: str | None = None
    """Why the invocation counts as failed by us; None when it does not."""


class Aws(Protocol):
    """The AWS clients that some doors need, made when first asked for."""

    @property
    def s3(self) -> Any: ...

    @property
    def sqs(self) -> Any: ...


class Service:
    """One execution environment's parts; `pages` makes FastAPI's side of it, once."""

    def __init__(
        self, core: Core, front: Front, log: Log, pages: Callable[[Core], Callable[[HttpRequest], Reply]], aws: Aws
    ) -> None:
        self.core = core
        self.settings = core.settings
        self.front = front
        self.log = log
        self.aws = aws
        self._make_pages = pages
        self._pages: Callable[[HttpRequest], Reply] | None = None

    def exchange(self, request: HttpRequest) -> Reply:
        """One HTTP request's answer, dressed: the same bytes as over every other door."""
        visit = self.front.enter(request.method, request.path, request.headers)
        if visit.refusal:
            reply = visit.refusal
        elif len(request.body) > self.settings.max_body_bytes:
            reply = body_too_large(self.settings)
        else:
            try:
                reply = self._answer(request)
            except Exception as error:  # noqa: BLE001  # the last resort of a request: whatever it is, it is ours
                reply = self.front.fault(visit, error)
        if visit.form:
            reply = dressed(visit.form, visit.path, reply, visit.request_id)
        return reply._replace(headers=(*reply.headers, *self.front.leave(visit, reply)))

    def refuse(self, reply: Reply) -> Reply:
        """The answer to what never became a request, dressed as every other."""
        return reply._replace(headers=(*reply.headers, *self.front.leave(self.front.enter("", "", {}), reply)))

    def classify(self, text: object) -> Reply:
        """One text of a message or a file to the core's answer."""
        if not isinstance(text, str):
            return problem("invalid-shape", f"Expected `str`, got `{type(text).__name__}`", path="$.text")
        return self.core.predict_text(text)

    def _answer(self, request: HttpRequest) -> Reply:
        answer = self.core.route(request.path, request.headers) if request.method == "POST" else None
        if answer:
            return answer(request.body)
        if self._pages is None:
            self._pages = self._make_pages(self.core)
        return self._pages(request)
