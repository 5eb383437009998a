"""The classifier alone: `classify` for one text, `classify_many` for many. Left out: JSON."""

from __future__ import annotations

import os

from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Ways


def build() -> Ways:
    from textmodel import load
    from textmodel.model import ROOT

    model = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)
    return model.classify, model.classify_many


run(build)
