"""Section 5: memory of one serving process after 1,000 requests, from /proc.

Resident counts shared pages whole, proportional shares them out, peak is the most there ever was.
Of several processes the largest is told, and all of them added up. Left out: caches of the system.
"""

import os
from contextlib import suppress
from typing import NamedTuple

from benchmarks import load
from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import Running, StartError, has, progress, serving
from benchmarks.record import Record
from benchmarks.talk import talking

_CONNECTIONS = 16


class Memory(NamedTuple):
    """One process, in MB of a million bytes."""

    resident: float
    proportional: float
    peak: float


def run(plan: Plan, record: Record, place: Place) -> None:
    for contestant in place.in_process:
        progress(f"memory: {contestant.name}")
        with talking(contestant) as talk:
            talk.one(min(plan.memory_requests, plan.slow_calls) if contestant.slow else plan.memory_requests)
            _note(contestant.name, [read(talk.pid)], record)
    missing = has("wrk", "wrk")
    if missing:
        record.skipped["memory over HTTP"] = missing
        return
    for server in place.servers:
        progress(f"memory: {server.name}")
        try:
            with serving(server) as running:
                _answer(running, plan, record, place)
                _note(server.name, [read(pid) for pid in running.pids()], record)
        except StartError as error:
            record.skipped[server.name] = str(error)


def _answer(running: Running, plan: Plan, record: Record, place: Place) -> None:
    """Loads of a second until so many requests are answered, or time is up."""
    answered, seconds = 0, plan.slow_http_s if running.server.slow else 1.0
    for _ in range(max(1, int(plan.memory_end_s / seconds))):
        done = load.run(running, place.bodies, _CONNECTIONS, seconds, plan.answer_timeout_s)
        answered += done.requests
        if answered >= plan.memory_requests:
            break
    record.add(running.server.name, "memory.requests", answered)


def _note(name: str, processes: list[Memory], record: Record) -> None:
    largest = max(processes, key=lambda memory: memory.resident)
    record.add(name, "memory.resident_mb", largest.resident)
    record.add(name, "memory.proportional_mb", largest.proportional)
    record.add(name, "memory.peak_mb", largest.peak)
    record.add(name, "memory.processes", len(processes))
    record.add(name, "memory.all_mb", sum(memory.proportional for memory in processes))


def read(pid: int) -> Memory:
    """The memory of one process now; nothing for one that has just ended."""
    resident = proportional = peak = 0.0
    with suppress(OSError):
        fields = {**_fields(f"/proc/{pid}/status"), **_fields(f"/proc/{pid}/smaps_rollup")}
        resident, proportional, peak = fields["VmRSS"], fields["Pss"], fields["VmHWM"]
    return Memory(resident, proportional, peak)


def _fields(path: str) -> dict[str, float]:
    """The lines in kB of a file of /proc, in MB."""
    if not os.access(path, os.R_OK):
        raise PermissionError(path)
    with open(path) as file:
        lines = [line.split() for line in file if line.rstrip().endswith(" kB")]
    return {words[0].rstrip(":"): int(words[1]) * 1024 / 1e6 for words in lines}
