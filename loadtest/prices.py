"""What Lambda costs, from the one dated file prices.json; dollars, without taxes and without the free tier.

Left out: what stands in front of the function (a function URL is free, API Gateway is not), logs, data transfer and
savings plans.
"""

import json
import math
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("prices.json")
MONTH_S = 730 * 3600
"""A month as AWS's own calculator has it: 730 hours."""
MB_PER_GB = 1024


class Rates(NamedTuple):
    """Prices of one architecture, in dollars; `gb_second` is (up to so many GB-seconds a month, price), ascending."""

    architecture: str
    per_request: float
    gb_second: tuple[tuple[float, float], ...]
    provisioned_gb_second: float
    provisioned_duration_gb_second: float


class Prices(NamedTuple):
    """When they were read, for which region, and the rates by architecture."""

    read: str
    region: str
    rates: dict[str, Rates]


def load(path: Path = FILE) -> Prices:
    """The dated prices."""
    known = json.loads(path.read_text(encoding="utf-8"))
    rates = {
        name: Rates(
            name,
            known["per_request"],
            tuple((math.inf if top is None else top, price) for top, price in of["gb_second"]),
            of["provisioned_gb_second"],
            of["provisioned_duration_gb_second"],
        )
        for name, of in known["architectures"].items()
    }
    return Prices(known["read"], known["region"], rates)


def billed_ms(duration_ms: float) -> int:
    """Whole milliseconds, rounded up, as Lambda bills.

    >>> billed_ms(0.3), billed_ms(2.0), billed_ms(2.01)
    (1, 2, 3)
    """
    return max(1, math.ceil(duration_ms))


def on_demand(rates: Rates, requests: float, billed_s: float, memory_mb: float) -> float:
    """Dollars for a month's requests that were billed so many seconds in all.

    >>> x86 = load().rates["x86_64"]
    >>> round(on_demand(x86, 1e6, 1e6 * 0.100, 1024), 2)
    1.87
    """
    return requests * rates.per_request + _tiered(rates.gb_second, billed_s * memory_mb / MB_PER_GB)


def provisioned(rates: Rates, requests: float, billed_s: float, memory_mb: float, environments: int) -> float:
    """Dollars for a month with so many environments provisioned all the time, and all requests served by them."""
    gb = memory_mb / MB_PER_GB
    kept = environments * MONTH_S * gb * rates.provisioned_gb_second
    return requests * rates.per_request + billed_s * gb * rates.provisioned_duration_gb_second + kept


def _tiered(tiers: tuple[tuple[float, float], ...], gb_s: float) -> float:
    cost, below = 0.0, 0.0
    for top, price in tiers:
        cost += max(0.0, min(gb_s, top) - below) * price
        below = top
    return cost
