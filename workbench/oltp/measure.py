"""Latency of small transactions (pgbench's TPC-B) on the primary: alone, with analysts on it, with them on the replica.

Transactions are sent at a fixed rate, and each one's time counts from when it was due, so that a queue is seen:
https://www.postgresql.org/docs/current/pgbench.html, --rate. Left out: making the servers (`cluster`).
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from .. import replicas
from ..errors import ReplicaError, StorageError
from ..settings import Settings
from .cluster import USER, Server

CONDITIONS = ("alone", "analysts on the primary", "analysts on the replica")
_CLIENTS = 4


class Condition(NamedTuple):
    """What was measured; p50 and p99 are medians over the rounds, in milliseconds."""

    name: str
    transactions: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    answered: int
    """Questions of analysts, within the measurement."""
    not_answered: int
    unfinished: int
    """Questions that were being answered when the measurement ended."""
    moved_bytes: int
    lag_s: float
    """The replica's, the greatest that was seen."""
    rounds_p99_ms: list[float]
    """Of each round: where those of `alone` differ much, the machine had other work and nothing can be told."""


class Round(NamedTuple):
    """One condition, once: latencies in microseconds, and what analysts were told."""

    latencies_us: list[int]
    told: dict[str, int]
    lag_s: float


def measured(
    primary: Server, replica: Server, *, analysts: int, rate: int, seconds: int, rounds: int,
    analysts_on: Sequence[int] = (), say: Callable[[str], None] = lambda _: None,
) -> list[Condition]:  # fmt: skip
    """Each condition `rounds` times, in turn, so that what else the machine does falls on all of them."""
    found: dict[str, list[Round]] = {name: [] for name in CONDITIONS}
    for number in range(rounds):
        for name in CONDITIONS:
            url = {"alone": "", CONDITIONS[1]: primary.url, CONDITIONS[2]: replica.url}[name]
            with _watched(primary, replica) as lags, _analysts(url, analysts, number, analysts_on) as told:
                latencies = _transactions(primary, rate, seconds, f"{number}-{CONDITIONS.index(name)}")
            found[name].append(Round(latencies, told, max(lags, default=0.0)))
            p99_ms = quantile(latencies, 0.99) / 1000
            say(f"round {number + 1} of {rounds}, {name}: {len(latencies):,} transactions, p99 {p99_ms:.1f} ms")
    return [_condition(name, made) for name, made in found.items()]


def quantile(values: Sequence[int], q: float) -> float:
    """The smallest value that at least a part `q` of them is not above.

    >>> quantile([4, 1, 3, 2], 0.5), quantile([4, 1, 3, 2], 0.99)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    return float(ordered[max(0, -(-len(ordered) * round(q * 1000) // 1000) - 1)])


def _condition(name: str, made: Sequence[Round]) -> Condition:
    """Medians of the rounds, so that one in which the machine did something else does not decide."""
    told = [each.told for each in made]

    def total(key: str) -> int:
        return sum(one.get(key, 0) for one in told)

    return Condition(
        name, sum(len(each.latencies_us) for each in made),
        median(quantile(each.latencies_us, 0.5) for each in made) / 1000,
        median(quantile(each.latencies_us, 0.99) for each in made) / 1000,
        max(max(each.latencies_us) for each in made) / 1000,
        sum(n for one in told for key, n in one.items() if key not in ("bytes", "not answered", "unfinished")),
        total("not answered"), total("unfinished"), total("bytes"),
        max(each.lag_s for each in made), [quantile(each.latencies_us, 0.99) / 1000 for each in made],
    )  # fmt: skip


def _transactions(primary: Server, rate: int, seconds: int, name: str) -> list[int]:
    """Microseconds of each transaction, from pgbench's own log."""
    prefix = str(primary.folder / f"log-{name}")
    primary.call(
        "pgbench", "-h", str(primary.folder), "-U", USER, "-n", "-c", str(_CLIENTS), "-j", "1", "-T", str(seconds),
        "-R", str(rate), "-l", f"--log-prefix={prefix}", "postgres",
    )  # fmt: skip
    found = []
    for file in sorted(primary.folder.glob(f"log-{name}.*")):
        found += [int(line.split()[2]) for line in file.read_text().splitlines()]
    if not found:
        raise StorageError("pgbench", "it logged no transaction")
    return found


@contextlib.contextmanager
def _analysts(url: str, analysts: int, seed: int, processors: Sequence[int]) -> Iterator[dict[str, int]]:
    """A process of theirs, at work while this lasts; what it told once it ended."""
    told: dict[str, int] = {}
    if not url:
        yield told
        return
    command = [sys.executable, "-m", "workbench.oltp.analysts", url, str(analysts), str(seed)]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(processors) or before)
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    finally:
        os.sched_setaffinity(0, before)
    try:
        if process.stdout is None or process.stdout.readline() != "working\n":
            raise StorageError("analysts", "they did not begin")
        yield told
        output, _ = process.communicate(timeout=300)
        told |= json.loads(output)
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def _watched(primary: Server, replica: Server) -> Iterator[list[float]]:
    """The replica's lag, each second."""
    lags: list[float] = []
    over = threading.Event()
    settings = Settings(store=primary.url, replica=replica.url)

    def watch() -> None:
        while not over.wait(1.0):
            with contextlib.suppress(ReplicaError):
                lags.append(replicas.health(settings, replicas.written(settings)).lag_s)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lags
    finally:
        over.set()
        thread.join()
