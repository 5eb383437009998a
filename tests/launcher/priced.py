"""A region's prices, a day, a load and an attempt, for the tests of money.

Left out: specs, which the tests make themselves.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from launcher.money import prices
from launcher.money.machines import Need
from launcher.money.quote import Load

EU = prices.load("eu-west-1")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SMALL = Load(Need(8, 30, 0, ("m6i", "m6a")), spot=False, disk_gb=30)


@dataclass(frozen=True)
class Went:
    """An attempt."""

    number: int = 1
    started_s: float = 0
    ended_s: float | None = 3600
    instance_type: str = "m6i.2xlarge"
    spot: bool = False
