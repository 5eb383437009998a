"""Section 1: how fast drift reads a log, and in how much memory. Left out: what it finds."""

from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import progress
from benchmarks.record import Record
from benchmarks.sections import memory
from benchmarks.talk import talking


def run(plan: Plan, record: Record, place: Place) -> None:
    for contestant in place.drift:
        with talking(contestant) as talk:
            for number in range(plan.rounds):
                progress(f"drift: round {number + 1} of {plan.rounds}")
                record.add(contestant.name, "drift.lines_per_s", talk.ask("lines", plan.drift_lines))
            record.add(contestant.name, "drift.peak_mb", memory.read(talk.pid).peak)
