"""The classifier by one token rule, 1 or 2, which the command line names. Left out: JSON.

A rule that the shipped artifact does not use is timed on a stand-in.
"""

from __future__ import annotations

import sys

from benchmarks.inproc.loop import answering, drive

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Commands


def build() -> Commands:
    from benchmarks.stand_in import model_of
    from benchmarks.texts import make

    model, shipped = model_of(int(sys.argv[1]))

    def about(count: int) -> dict[str, object]:
        rows = [len(model.vectorizer.bag(text).rows) for text in make(count)]
        return {"shipped": shipped, "known_terms": sum(rows) / count}

    return {**answering(model.classify, model.classify_many), "about": about}


drive(build)
