"""What a load test is told on the command line, as one frozen value, each thing checked with a clear line.

Left out: acting on it (`run`).
"""

import argparse
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from . import shapes
from . import target as targets
from .arguments import count, counts, number, positive, share
from .command_line import Parser
from .verdict import Goals

DOORS = ("auto", "predict", "batch", "url", "invoke")


class Settings(NamedTuple):
    """All of it. `target`: "local" starts a local Lambda; `shape`: empty takes steps where limits can be changed."""

    target: str
    door: str
    shape: str
    limits: tuple[int, ...]
    rate: float
    seconds: float
    burst: int
    retries: int
    timeout_s: float
    give_up_s: float
    processes: int
    memory_mb: int
    want_rps: float
    goals: Goals
    out: Path

    def facts(self) -> list[tuple[str, str]]:
        """(name, value) for the report."""
        asked = [f"p99 of at most {self.goals.p99_ms:g} ms"] if self.goals.p99_ms is not None else []
        asked += [f"at least {self.goals.success:.2%} answered"] if self.goals.success is not None else []
        return [
            ("target", "a local Lambda" if self.target == "local" else self.target),
            ("door", self.door),
            ("shape", self.shape or "steps where limits can be changed, else a constant rate"),
            ("offered", f"{self.burst:,} at once" if self.shape == "burst" else f"{self.rate:g} requests a second"),
            ("each step", f"{self.seconds:g} s"),
            ("client", f"locust, {max(1, self.processes)} process(es), {self.retries} retries of a throttled request"),
            ("machine", f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"),
            ("objectives", ", ".join(asked) or "none given"),
        ]


def parse(argv: Sequence[str] | None = None) -> Settings:
    """The command line as settings.

    Raises: SystemExit with 2 when something in it is wrong, which is told in one line.
    """
    parser = _parser()
    given = parser.parse_args(argv)
    if given.target != "local":
        try:
            targets.parse(given.target)
        except targets.TargetError as error:
            parser.error(str(error))
    goals = Goals(given.p99_ms, given.success)
    return Settings(
        given.target, given.door, given.shape, given.concurrency, given.rate, given.seconds, given.burst,
        given.retries, given.timeout, given.give_up, given.processes, given.memory_mb, given.want_rps, goals, given.out,
    )  # fmt: skip


def address(target: str) -> str:
    """The HTTP address behind a target; empty for a real function."""
    found = targets.parse(target)
    return found.url or found.endpoint


def _parser() -> argparse.ArgumentParser:
    shown = argparse.ArgumentDefaultsHelpFormatter
    parser = Parser("python -m loadtest.run", formatter_class=shown, description="A load test.")
    add = parser.add_argument
    add("--target", default="local", help="local starts a local Lambda; or an address, lambda:name, an ARN")
    add("--door", choices=DOORS, default="auto", help="what to send to; auto goes by the target")
    add("--shape", choices=("", *shapes.NAMES), default="", help="of the load; default: steps where limits can change")
    add("--concurrency", type=counts, default=(1, 2, 4, 8), metavar="N,N", help="limits to step through")
    add("--rate", type=positive, default=100.0, help="requests a second; of a ramp the highest")
    add("--seconds", type=positive, default=10.0, help="of each step")
    add("--burst", type=count, default=1000, help="requests of a burst")
    add("--retries", type=number, default=0, help="of a throttled request")
    add("--timeout", type=positive, default=30.0, help="seconds until a request is given up")
    add("--give-up", type=positive, default=120.0, help="seconds until a burst is given up")
    add("--processes", type=number, default=0, help="of locust; 0 is one")
    add("--memory-mb", type=count, default=512, help="of the local Lambda's function")
    add("--want-rps", type=positive, default=10_000.0, help="the rate to tell the needed concurrency of")
    add("--p99-ms", type=positive, help="objective: milliseconds")
    add("--success", type=share, help="objective: the share answered, as 0.99")
    add("--out", type=Path, default=Path("loadtest/report"), help="folder for the report")
    return parser
