"""The stages of token rule 2, each by itself: `stages 4000` gives the seconds of each, median and mean.

Left out: rule 1.
"""

from __future__ import annotations

from benchmarks.inproc.loop import drive

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from benchmarks.inproc.loop import Commands
    from benchmarks.stages import Times


def build() -> Commands:
    from itertools import cycle, islice

    from benchmarks.stages import RULE, Stages
    from benchmarks.stand_in import model_of
    from benchmarks.texts import make

    stages = Stages(model_of(RULE)[0])

    def times(count: int) -> dict[str, Times]:
        return stages.times([*islice(cycle(make(min(count, 500))), count)])

    return {"stages": times}


drive(build)
