"""The service's core: bytes of a request in, bytes of the answer out. Left out: every door."""

from __future__ import annotations

import os

from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from msgspec.json import encode

    from app.predict import open_core
    from app.settings import from_environment

    core = open_core(from_environment(os.environ))

    def one(text: str) -> None:
        reply = core.predict(encode({"text": text}))
        assert reply.status == 200, reply.body

    def many(texts: list[str]) -> None:
        reply = core.predict_batch(encode({"texts": texts}))
        assert reply.status == 200, reply.body

    return one, many


run(build)
