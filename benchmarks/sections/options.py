"""Section 1: what a request may ask for beside the label, and the label alone, contestants taking turns.

Left out: JSON and doors.
"""

from contextlib import ExitStack

from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import progress
from benchmarks.record import Record
from benchmarks.stats import percentile
from benchmarks.talk import talking


def run(plan: Plan, record: Record, place: Place) -> None:
    with ExitStack() as stack:
        talks = {contestant.name: stack.enter_context(talking(contestant)) for contestant in place.options}
        for number in range(plan.rounds):
            progress(f"options: round {number + 1} of {plan.rounds}")
            for name, talk in talks.items():
                seconds = talk.one(plan.calls)
                record.add(name, "option.p50_us", percentile(seconds, 50) * 1e6)
                record.add(name, "option.p99_us", percentile(seconds, 99) * 1e6)
