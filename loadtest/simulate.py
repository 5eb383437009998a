"""A load on a function that exists only in this process; `python -m loadtest.simulate --help`.

Left out: the simulation itself (simulation.py) and what it would cost (plan.py). It sends nothing to anybody.

    python -m loadtest.simulate --rate 10000 --seconds 60 --duration-ms p50=1,p99=4 --init-ms p50=150,p99=400
    python -m loadtest.simulate --burst 10000 --account-concurrency 10 --attempts 5
    python -m loadtest.simulate --clients 64 --requests 100000 --duration-ms requests.csv:duration_ms
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .arguments import count, durations, not_negative, positive
from .arrivals import Burst, Clients, Load, Rate, Retries
from .command_line import Parser, exit_code
from .measured import MEASURED
from .outcome import Outcome, Second
from .rules import Limits, LimitsError
from .simulation import NEVER, simulate

LIMITS = {
    "--account-concurrency": (int, "concurrency of the account"),
    "--reserved-concurrency": (int, "concurrency reserved for the function"),
    "--provisioned-concurrency": (int, "environments kept warm"),
    "--scale-out-per-10-s": (int, "new environments within any ten seconds"),
    "--requests-per-concurrency": (int, "requests a second for each unit of concurrency: the 10x rule"),
    "--idle-s": (float, "seconds after which an idle environment ends"),
    "--timeout-s": (float, "the function's timeout"),
    "--init-timeout-s": (float, "what INIT has before it runs again in the first invocation"),
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = Parser(
        prog="python -m loadtest.simulate",
        description="Simulate a load on a function. MS is a number, quantiles (p50=1,p99=4), or FILE.csv:COLUMN.",
    )
    load = p.add_mutually_exclusive_group(required=True)
    load.add_argument("--rate", type=positive, metavar="N", help="requests a second, whether or not they are answered")
    load.add_argument("--burst", type=count, metavar="N", help="requests at once")
    load.add_argument("--clients", type=count, metavar="N", help="clients that each wait for an answer")
    p.add_argument("--seconds", type=positive, default=60.0, help="of --rate (%(default)s)")
    p.add_argument("--poisson", action="store_true", help="--rate comes at random, not evenly")
    p.add_argument(
        "--over-s", type=not_negative, default=0.0, help="seconds over which --burst is spread (%(default)s)"
    )
    p.add_argument("--requests", type=count, default=10_000, help="of all --clients (%(default)s)")
    p.add_argument("--think-ms", type=not_negative, default=0.0, help="before a client's next request (%(default)s)")
    p.add_argument("--duration-ms", type=durations, default=MEASURED.durations, metavar="MS", help="of the handler")
    p.add_argument("--init-ms", type=durations, default=MEASURED.inits, metavar="MS", help="of INIT")
    p.add_argument("--attempts", type=count, default=1, help="tries of a client for a request (%(default)s)")
    p.add_argument("--backoff-ms", type=not_negative, default=1000.0, help="first back-off (%(default)s)")
    p.add_argument("--backoff-cap-ms", type=not_negative, default=20_000.0, help="longest back-off (%(default)s)")
    p.add_argument("--network-ms", type=not_negative, default=0.0, help="there and back (%(default)s)")
    p.add_argument("--client-timeout-s", type=positive, default=NEVER, help="when a client gives up")
    for name, (kind, says) in LIMITS.items():
        default = Limits._field_defaults[_field(name)]
        p.add_argument(name, type=kind, default=default, help=f"{says} ({default})")
    p.add_argument("--seed", type=int, default=0, help="of all that is random (%(default)s)")
    p.add_argument("--json", action="store_true", help="print JSON instead of tables")
    p.add_argument("--csv", type=Path, metavar="FILE", help="also write a row per second")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, and print what came of it."""
    p = parser()
    options = p.parse_args(arguments)
    try:
        limits = Limits(**{_field(name): getattr(options, _field(name)) for name in LIMITS}).check()
    except LimitsError as error:
        p.error(str(error))
    began = time.perf_counter()
    outcome = run(options, limits)
    took_s = time.perf_counter() - began
    if options.csv:
        _write(options.csv, outcome.seconds)
    if options.json:
        print(json.dumps(summary(outcome)))
    else:
        print("\n".join(report(outcome, limits)))
        events = outcome.tries + outcome.sent - sum(outcome.refused.values())
        print(f"\n{events:,} events in {took_s:.2f} s: {events / took_s:,.0f} a second", file=sys.stderr)
    return 0


def run(options: argparse.Namespace, limits: Limits) -> Outcome:
    """The run that the command line asks for."""
    return simulate(
        _load(options),
        limits,
        options.duration_ms,
        options.init_ms,
        retries=Retries(options.attempts, options.backoff_ms / 1000, options.backoff_cap_ms / 1000),
        network_s=options.network_ms / 1000,
        client_timeout_s=options.client_timeout_s,
        seed=options.seed,
    )


def summary(outcome: Outcome) -> dict[str, Any]:
    """The outcome's figures, as JSON has them; latencies in milliseconds, null where nothing was answered."""
    return {
        "sent": outcome.sent,
        "answered": outcome.answered,
        "success": round(outcome.success, 6),
        "refused": dict(outcome.refused),
        "timed_out": outcome.timed_out,
        "given_up": outcome.given_up,
        "tries": outcome.tries,
        "throttles": dict(outcome.throttles),
        "cold_starts": outcome.cold_starts,
        "cold_share": round(outcome.cold_share, 6),
        "latency_ms": {
            name: round(1000 * outcome.latency_s(share), 3) if outcome.answered else None
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        },
        "elapsed_s": round(outcome.elapsed_s, 3),
        "answered_per_s": round(outcome.answered_per_s, 1),
        "peak_in_flight": outcome.peak_in_flight,
        "peak_environments": outcome.peak_environments,
    }


def report(outcome: Outcome, limits: Limits) -> Iterator[str]:
    """The outcome as lines for a terminal."""
    said = summary(outcome)
    said["limits"] = f"concurrency {limits.concurrency:,}, {limits.requests_per_s:,} requests a second"
    for name, value in said.items():
        text = ", ".join(f"{k} {_number(v)}" for k, v in value.items()) if isinstance(value, dict) else _number(value)
        yield f"{name.replace('_', ' '):<18} {text or 'none'}"
    yield ""
    yield from _table(outcome.seconds)


def _table(seconds: Sequence[Second]) -> Iterator[str]:
    """At most twenty rows; each is a span of seconds."""
    last = seconds[-1].second if seconds else -1
    span = last // 20 + 1
    yield f"{'from s':>8}{'answered/s':>12}{'throttles/s':>13}{'cold starts':>13}"
    for start in range(0, last + 1, span):
        rows = [s for s in seconds if start <= s.second < start + span]
        answered, throttles = sum(r.answered for r in rows) / span, sum(r.throttles for r in rows) / span
        yield f"{start:>8,}{_rate(answered):>12}{_rate(throttles):>13}{sum(r.cold_starts for r in rows):>13,}"


def _rate(per_s: float) -> str:
    return f"{per_s:,.0f}" if per_s >= 10 or not per_s else f"{per_s:.2g}"


def _write(path: Path, seconds: Sequence[Second]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(Second._fields)
        rows.writerows(seconds)


def _load(options: argparse.Namespace) -> Load:
    if options.rate is not None:
        return Rate(options.rate, options.seconds, options.poisson)
    if options.burst is not None:
        return Burst(options.burst, options.over_s)
    return Clients(options.clients, options.requests, options.think_ms / 1000)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _field(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


if __name__ == "__main__":
    sys.exit(exit_code(main))
