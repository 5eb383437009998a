"""Section 4: from the start of a fresh process to its first answer, contestants taking turns.

Files are in the page cache and bytecode is compiled: one start of each goes before, unmeasured.
Left out: fetching an image, and what Lambda does before it starts Python.
"""

import time

from benchmarks import contestants
from benchmarks.contestants import InProcess, Server
from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import StartError, progress, serving
from benchmarks.record import Record
from benchmarks.talk import talking


def run(plan: Plan, record: Record, place: Place) -> None:
    runs = [c for c in place.in_process if not c.slow]
    for number in range(-1, plan.rounds):
        progress(f"cold start in process: {'unmeasured' if number < 0 else f'round {number + 1} of {plan.rounds}'}")
        for contestant in (InProcess(contestants.PYTHON, "nothing"), *runs):
            with talking(contestant) as talk:
                if number >= 0:
                    record.add(contestant.name, "cold.first_ms", talk.first_s * 1e3)
    for number in range(plan.server_starts):
        progress(f"cold start over HTTP: round {number + 1} of {plan.server_starts}")
        for server in place.servers:
            if not (server.slow and number >= plan.slow_starts):
                _start(server, record)


def _start(server: Server, record: Record) -> None:
    started = time.perf_counter()
    try:
        with serving(server):
            record.add(server.name, "cold.first_ms", (time.perf_counter() - started) * 1e3)
    except StartError as error:
        record.skipped[server.name] = str(error)
