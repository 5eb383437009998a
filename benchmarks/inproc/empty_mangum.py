"""An empty FastAPI app behind Mangum, with an HTTP API event: the usual way on Lambda, without a model.

Mangum runs with lifespan="off", its fast setting. Left out: the runtime around it.
"""

from __future__ import annotations

from benchmarks.inproc.event import Context, http_event
from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from mangum import Mangum

    from benchmarks.servers.empty_fastapi import app

    handler = Mangum(app, lifespan="off")

    def one(text: str) -> None:
        answer = handler(http_event(text), Context())  # type: ignore[arg-type]  # two fields are None here
        assert answer["statusCode"] == 200, answer

    return one, None


run(build)
