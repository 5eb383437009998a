"""What a run on AWS Batch will cost, and what it did cost: vCPU hours times their price, spot against on demand.

Left out: prices (`prices`), and how attempts are asked for (`aws.jobs`). AWS bills machines, not attempts: a machine
that starts, pulls the image or waits for work is on the bill too; a quote counts `START_S` an attempt for that.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .prices import Rates

START_S = 60.0
"""A machine's start and the image's pull, spread over the attempts; a stated guess, replaced by an option."""
INTERRUPTED = 0.05
"""The share of attempts that lose their host; https://aws.amazon.com/ec2/spot/instance-advisor/ has "<5 %" first."""
ROWS_PER_SECOND = 300.0
"""Of one vCPU, all stages, Spanish through apertium; replaced by an option, for which `run` tells the rate it had."""
VCPUS = 2.0
_HOUR_S = 3600.0


class Load(NamedTuple):
    """What is to be done: rows in shards, so many rows a second and vCPU, so many vCPUs a shard."""

    rows: int
    shards: int
    rows_per_second: float
    vcpus: float


class Bill(NamedTuple):
    """vCPU seconds and what they cost in dollars, as it is or was, and with all of it on demand."""

    vcpu_s: float
    dollars: float
    on_demand_dollars: float

    @property
    def saved(self) -> float:
        """The share that spot saves."""
        return 1 - self.dollars / self.on_demand_dollars if self.on_demand_dollars else 0.0


class Spent(NamedTuple):
    """One attempt as it was: how long it ran, on how many vCPUs, on a spot machine or on demand."""

    seconds: float
    vcpus: float
    spot: bool


def quote(load: Load, rates: Rates, start_s: float = START_S, interrupted: float = INTERRUPTED) -> Bill:
    """Before: a shard that loses its host starts once more, and repeats at most one chunk.

    >>> bill = quote(Load(1_000_000, 10, 500, 2), Rates(0.02, 0.04), start_s=60, interrupted=0)
    >>> round(bill.vcpu_s), round(bill.dollars, 4), round(bill.on_demand_dollars, 4), bill.saved
    (3200, 0.0178, 0.0356, 0.5)
    """
    work_s = load.rows / load.rows_per_second
    starts_s = load.shards * start_s * load.vcpus
    spot_s = work_s + starts_s * (1 + interrupted)
    return Bill(spot_s, spot_s / _HOUR_S * rates.spot, (work_s + starts_s) / _HOUR_S * rates.on_demand)


def receipt(attempts: Iterable[Spent], rates: Rates) -> Bill:
    """After: each attempt at its own price, and all of them on demand.

    >>> receipt([Spent(3600, 2, True), Spent(1800, 2, False)], Rates(0.02, 0.04))
    Bill(vcpu_s=10800.0, dollars=0.08, on_demand_dollars=0.12)
    """
    spent = list(attempts)
    by_price = {spot: sum(a.seconds * a.vcpus for a in spent if a.spot is spot) for spot in (True, False)}
    total = sum(by_price.values(), start=0.0)
    dollars = (by_price[True] * rates.spot + by_price[False] * rates.on_demand) / _HOUR_S
    return Bill(total, dollars, total / _HOUR_S * rates.on_demand)


def per_million(bill: Bill, rows: int) -> tuple[float, float]:
    """Dollars for a million rows: as billed, and on demand."""
    return (bill.dollars / rows * 1e6, bill.on_demand_dollars / rows * 1e6) if rows else (0.0, 0.0)
