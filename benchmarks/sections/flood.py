"""Section 3: thousands of connections at once, a fresh server for each flood, servers taking turns.

Server and client share both cores. The original has one round: it is busy until the flood's end.
Left out: who fails how on the wire (`flood_client`).
"""

import json
import resource
import subprocess

from benchmarks import machine
from benchmarks.contestants import ROOT, Server
from benchmarks.flood_client import Wish, command
from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import StartError, progress, serving
from benchmarks.record import NONE, Record

_SPARE_FILES = 100


def run(plan: Plan, record: Record, place: Place) -> None:
    record.notes.append(f"Floods: this machine allows {machine.limits()}.")
    for connections in plan.flood_connections:
        for number in range(plan.flood_rounds):
            for server in place.servers:
                if server.flooded and not (server.slow and number):
                    progress(f"flood: {connections:,} connections, round {number + 1}, {server.name}")
                    _turn(server, connections, plan, record, place)


def _turn(server: Server, connections: int, plan: Plan, record: Record, place: Place) -> None:
    possible = min(connections, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - _SPARE_FILES)
    if possible < connections:
        record.say(server.name, f"flood.{connections}.failures", f"only {possible:,} connections allowed here")
    try:
        with serving(server, machine.ALL_CORES) as running:
            bounds = (plan.answer_timeout_s, plan.flood_end_s)
            wish = Wish(running.port, plan.flood_requests, possible, place.bodies, *bounds)
            with machine.on_cores(machine.ALL_CORES):
                done = subprocess.run(
                    command(wish), cwd=ROOT, capture_output=True, timeout=plan.flood_end_s + 30, check=True
                )
    except StartError as error:
        record.skipped[server.name] = str(error)
        return
    _note(server.name, connections, json.loads(done.stdout), plan, record)


def _note(name: str, connections: int, result: dict[str, float | dict[str, int]], plan: Plan, record: Record) -> None:
    metric = f"flood.{connections}"
    for field in ("p50_ms", "p99_ms", "wall_s", "answered"):
        value = result.get(field)
        if isinstance(value, int | float):
            record.add(name, f"{metric}.{field}", value)
    answered = result["answered"]
    assert isinstance(answered, int)
    record.add(name, f"{metric}.share", 100 * answered / plan.flood_requests)
    failures = result["failures"]
    assert isinstance(failures, dict)
    counts = ", ".join(f"{kind} {count:,}" for kind, count in sorted(failures.items()))
    record.say(name, f"{metric}.failures", counts or NONE)
