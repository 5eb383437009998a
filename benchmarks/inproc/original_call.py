"""The original classifier by `model(x)`; many texts as one batch. Left out: HTTP."""

from __future__ import annotations

import os

from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from benchmarks.original import FOLDER, Original

    original = Original(os.environ[FOLDER])
    return lambda text: original.call([text]), original.call


run(build)
