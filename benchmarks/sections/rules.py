"""Section 1: one text, and 1,000 at once, by each token rule with the same network, the rules taking turns.

Left out: what the time of rule 2 goes into (`stages`).
"""

from contextlib import ExitStack

from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import progress
from benchmarks.record import Record
from benchmarks.sections.per_text import MANY
from benchmarks.stats import percentile
from benchmarks.talk import Talk, talking

_TEXTS = 500
SHIPPED, STAND_IN = "the shipped one", "a stand-in"


def run(plan: Plan, record: Record, place: Place) -> None:
    with ExitStack() as stack:
        talks = {contestant.name: stack.enter_context(talking(contestant)) for contestant in place.rules}
        for name, talk in talks.items():
            about = talk.ask("about", _TEXTS)
            record.add(name, "rule.known_terms", about["known_terms"])
            record.say(name, "rule.model", SHIPPED if about["shipped"] else STAND_IN)
        for number in range(plan.rounds):
            progress(f"token rules: round {number + 1} of {plan.rounds}")
            for name, talk in talks.items():
                _turn(name, talk, plan.calls, record)


def _turn(name: str, talk: Talk, calls: int, record: Record) -> None:
    seconds, many_s = talk.one(calls), talk.many(MANY)
    record.add(name, "rule.p50_us", percentile(seconds, 50) * 1e6)
    record.add(name, "rule.p99_us", percentile(seconds, 99) * 1e6)
    assert many_s is not None
    record.add(name, "rule.many_ms", many_s * 1e3)
