"""Prices of one region as a value, from the one dated file prices.json, which works offline.

Left out: prices of now (`live`), and which of them a run pays (`quote`, `receipt`).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import MoneyError
from .machines import Machine, size

FILE = os.path.join(os.path.dirname(__file__), "prices.json")


class Span(NamedTuple):
    """Dollars: as little as it may be, what is likely, as much as it may be."""

    low: float
    likely: float
    high: float

    def __mul__(self, factor: object) -> "Span":
        if not isinstance(factor, int | float):
            return NotImplemented
        return Span(self.low * factor, self.likely * factor, self.high * factor)


@dataclass(frozen=True)
class Prices:
    """What things cost in a region, in dollars; machines by their type, an hour."""

    region: str
    read: str
    """The day they are of, YYYY-MM-DD."""
    source: str
    """"file", "live" or "cache", for the line that tells a person."""
    machines: tuple[Machine, ...]
    on_demand: Mapping[str, float]
    spot: Mapping[str, Span]
    disk_gb_month: float
    address_hour: float
    transfer_gb: float
    build_minute: float
    put_1000: float

    def known(self) -> tuple[Machine, ...]:
        """The machines that have a price on demand."""
        return tuple(machine for machine in self.machines if machine.type in self.on_demand)

    def hour(self, machine: str, *, spot: bool) -> Span:
        """A machine's hour; where spot is unknown, as on demand.

        Raises: MoneyError for a type without a price.
        """
        if machine not in self.on_demand:
            raise MoneyError(f"no price is known of {machine} in {self.region}", "ask AWS for it with --live")
        price = self.on_demand[machine]
        return self.spot.get(machine, Span(price, price, price)) if spot else Span(price, price, price)


def load(region: str, path: str = FILE) -> Prices:
    """The file's prices of a region.

    Raises: MoneyError for a region that the file lacks.
    """
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    if region not in known["regions"]:
        listed = ", ".join(sorted(known["regions"]))
        raise MoneyError(f"no prices of {region} are known offline, only of {listed}", "ask AWS for them with --live")
    prices, share = known["regions"][region], known["spot_share"]
    on_demand = _by_vcpu(known["families"], prices["per_vcpu"]) | prices["machines"]
    return Prices(
        region=region,
        read=known["read"],
        source="file",
        machines=catalog(known),
        on_demand=on_demand,
        spot={name: Span(*(round(price * share[how], 6) for how in Span._fields)) for name, price in on_demand.items()},
        **beside(prices),
    )


def beside(prices: Mapping[str, Any]) -> dict[str, float]:
    """The prices of what is no machine; the image is built on CodeBuild's medium size."""
    names = ("disk_gb_month", "address_hour", "transfer_gb", "put_1000")
    return {**{name: prices[name] for name in names}, "build_minute": prices["build_minute"]["medium"]}


def catalog(known: Mapping[str, Any]) -> tuple[Machine, ...]:
    """Every machine of the file, whatever region has it."""
    usual = [
        Machine(f"{family}.{size(vcpus)}", vcpus, vcpus * sizes["gib_per_vcpu"])
        for family, sizes in known["families"].items()
        for vcpus in sizes["vcpus"]
    ]
    return (*usual, *(Machine(name, *sizes) for name, sizes in known["sizes"].items()))


def _by_vcpu(families: Mapping[str, Any], prices: Mapping[str, float]) -> dict[str, float]:
    return {
        f"{family}.{size(vcpus)}": round(price * vcpus, 6)
        for family, price in prices.items()
        for vcpus in families[family]["vcpus"]
    }
