"""A direct invoke in process: an object in, an object out. Left out: the runtime around it."""

from __future__ import annotations

import os

from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from app.direct import answer
    from app.predict import open_core
    from app.settings import from_environment

    core = open_core(from_environment(os.environ))

    def one(text: str) -> None:
        assert "label" in answer(core, {"text": text})

    return one, None


run(build)
