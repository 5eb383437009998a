"""Section 1: one text of about 20 words, and 1,000 at once, in process, each contestant on one core.

All contestants stay up and take turns. Times are warm: words that were met before.
Left out: HTTP (`http`) and the first answer (`cold`).
"""

from contextlib import ExitStack

from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import progress
from benchmarks.record import Record
from benchmarks.stats import percentile
from benchmarks.talk import Talk, talking

MANY = 1_000


def run(plan: Plan, record: Record, place: Place) -> None:
    with ExitStack() as stack:
        talks = []
        for contestant in place.in_process:
            progress(f"per text: starting {contestant.name}")
            talks.append((contestant, stack.enter_context(talking(contestant))))
        for number in range(plan.rounds):
            progress(f"per text: round {number + 1} of {plan.rounds}")
            for contestant, talk in talks:
                _turn(contestant.name, talk, plan.slow_calls if contestant.slow else plan.calls, record)


def _turn(name: str, talk: Talk, calls: int, record: Record) -> None:
    seconds = talk.one(calls)
    record.add(name, "text.p50_us", percentile(seconds, 50) * 1e6)
    record.add(name, "text.p99_us", percentile(seconds, 99) * 1e6)
    many_s = talk.many(MANY)
    if many_s is not None:
        record.add(name, "text.many_ms", many_s * 1e3)
