"""What a request may ask for: `options.py label`, `target`, `explain` or `sentences`, by the shipped artifact.

Left out: JSON, and two of them at once.
"""

from __future__ import annotations

import os
import sys

from benchmarks.inproc.loop import run

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import One, Ways

SENTENCES = 10


def build() -> Ways:
    from benchmarks.texts import make
    from textmodel import load
    from textmodel.model import ROOT

    model = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)
    texts = make(500)
    documents = {text: " ".join((texts * 2)[at : at + SENTENCES]) for at, text in enumerate(texts)}

    def by_sentence(text: str) -> None:
        document = model.by_sentence(documents.get(text, text))
        assert len(document.sentences) in (1, SENTENCES), text  # one: the first answer's text

    ways: dict[str, One] = {
        "label": model.classify,
        "target": lambda text: model.classify(text, 0.8),
        "explain": model.explain,
        "sentences": by_sentence,
    }
    return ways[sys.argv[1]], None


run(build)
