"""Section 2: requests per second over HTTP at 1, 16 and 64 connections, by wrk, servers taking turns.

A server has one core and the client the other; servers of several workers share both with it.
Left out: more connections than that (`flood`).
"""

from contextlib import ExitStack

from benchmarks import load
from benchmarks.place import Place
from benchmarks.plan import Plan
from benchmarks.process import Running, StartError, has, progress, serving, settle
from benchmarks.record import NONE, Record


def run(plan: Plan, record: Record, place: Place) -> None:
    missing = has("wrk", "wrk")
    if missing:
        record.skipped["HTTP"] = missing
        return
    with ExitStack() as stack:
        servers = _start(stack, record, place)
        for connections in plan.connections:
            for number in range(plan.http_rounds):
                progress(f"HTTP: {connections} connections, round {number + 1} of {plan.http_rounds}")
                for running in servers:
                    if not (running.server.slow and number >= plan.slow_http_rounds):
                        _turn(running, connections, plan, record, place)


def _start(stack: ExitStack, record: Record, place: Place) -> list[Running]:
    started = []
    for server in place.servers:
        progress(f"HTTP: starting {server.name}")
        try:
            started.append(stack.enter_context(serving(server)))
        except StartError as error:
            record.skipped[server.name] = str(error)
    return started


def _turn(running: Running, connections: int, plan: Plan, record: Record, place: Place) -> None:
    seconds = plan.slow_http_s if running.server.slow else plan.http_s
    done = load.run(running, place.bodies, connections, seconds, plan.answer_timeout_s)
    settle(running, plan.answer_timeout_s)
    name = running.server.name
    record.add(name, f"http.{connections}.per_s", done.per_second)
    if done.requests:
        record.add(name, f"http.{connections}.p50_ms", done.p50_ms)
        record.add(name, f"http.{connections}.p99_ms", done.p99_ms)
    record.add(name, f"http.{connections}.failed", sum(done.failures.values()))
    failures = ", ".join(f"{kind} {count} at {connections}" for kind, count in done.failures.items())
    record.say(name, "http.failures", failures or NONE)
