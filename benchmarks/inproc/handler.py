"""The Lambda handler in process, with an HTTP API event. Left out: the runtime around it."""

from __future__ import annotations

from benchmarks.inproc.event import Context, http_event
from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from app.lambda_handler import handler

    def one(text: str) -> None:
        answer = handler(http_event(text), Context())
        assert answer["statusCode"] == 200, answer

    return one, None


run(build)
