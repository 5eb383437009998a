"""Section 1: what the time of one text goes into under token rule 2, stage by stage.

Left out: how a stage is timed (`benchmarks.stages`).
"""

from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import progress
from benchmarks.record import Record
from benchmarks.talk import talking


def run(plan: Plan, record: Record, place: Place) -> None:
    for contestant in place.stages:
        with talking(contestant) as talk:
            for number in range(plan.rounds):
                progress(f"stages of rule 2: round {number + 1} of {plan.rounds}")
                for stage, (median_s, mean_s) in talk.ask("stages", plan.calls).items():
                    record.add(stage, "stage.p50_us", median_s * 1e6)
                    record.add(stage, "stage.mean_us", mean_s * 1e6)
