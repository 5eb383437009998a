"""Prices of now: on demand by the Price List service, spot by EC2's own history; kept for a day in the user's cache.

The Price List service answers in three regions alone, so its door is one of us-east-1, whatever the run's region is
(https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html). What it is not asked
for (addresses, transfer, builds, requests) is the file's. Left out: prices without a network (`prices.load`).
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Protocol

from ..blobs import beside as written
from ..errors import AwsError, MoneyError, StorageError
from . import prices
from .machines import Machine
from .prices import Prices, Span

PRICING_REGION = "us-east-1"
SPOT_DAYS = 3
"""How far back spot prices are read: they change a few times a day."""
_LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}


class Door(Protocol):
    """What is needed of `aws.door.Aws`."""

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]: ...


def ask(pricing: Door, ec2: Door, region: str, machines: Iterable[Machine], now: datetime) -> Prices:
    """Prices of some machines in a region; one that the region does not have is left out.

    Raises: AwsError; MoneyError where the region has none of them.
    """
    asked = tuple(machines)
    found = {machine.type: _on_demand(pricing, region, machine.type) for machine in asked}
    on_demand = {name: price for name, price in found.items() if price is not None}
    if not on_demand:
        raise MoneyError(f"{region} has none of the machines that would fit", "name another region with --region")
    base = _base(region)
    return replace(
        base,
        read=now.date().isoformat(),
        source="live",
        on_demand=on_demand,
        spot=_spot(ec2, on_demand, now),
        disk_gb_month=_disk(pricing, region) or base.disk_gb_month,
    )


def _base(region: str) -> Prices:
    """The file's prices, of us-east-1 where it lacks the region: what is taken of them differs little."""
    try:
        return prices.load(region)
    except MoneyError:
        return replace(prices.load(PRICING_REGION), region=region)


def _on_demand(pricing: Door, region: str, machine: str) -> float | None:
    return next(_listed(pricing, region, instanceType=machine, **_LINUX), None)


def _disk(pricing: Door, region: str) -> float | None:
    return next(_listed(pricing, region, volumeApiName="gp3", productFamily="Storage"), None)


def _listed(pricing: Door, region: str, **fields: str) -> Iterator[float]:
    """The prices on demand of each product that has these fields, zero left out: reservations are listed at zero."""
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": said} for name, said in fields.items()]
    filters.append({"Type": "TERM_MATCH", "Field": "regionCode", "Value": region})
    for text in pricing.pages("pricing", "get_products", "PriceList", ServiceCode="AmazonEC2", Filters=filters):
        product = json.loads(text) if isinstance(text, str) else text
        for term in product.get("terms", {}).get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                if dollars := float(dimension["pricePerUnit"].get("USD", 0)):
                    yield dollars


def _spot(ec2: Door, on_demand: dict[str, float], now: datetime) -> dict[str, Span]:
    """Of each machine the lowest, the middle and the highest price of some days, over all zones."""
    history: dict[str, list[float]] = defaultdict(list)
    for entry in ec2.pages(
        "ec2", "describe_spot_price_history", "SpotPriceHistory", InstanceTypes=sorted(on_demand),
        ProductDescriptions=["Linux/UNIX"], StartTime=now - timedelta(days=SPOT_DAYS), EndTime=now,
    ):  # fmt: skip
        history[entry["InstanceType"]].append(float(entry["SpotPrice"]))
    return {name: Span(min(seen), median(seen), max(seen)) for name, seen in history.items()}


def cached(folder: str, region: str, needed: tuple[Machine, ...], now: datetime, fetch: Callable[[], Prices]) -> Prices:
    """Today's prices from the cache, else those that `fetch` asks for; where it fails, older ones, then the file's.

    Raises: MoneyError where none of the three knows a machine that is needed.
    """
    kept = _read(folder, region)
    names = {machine.type for machine in needed}
    if kept and kept.read == now.astimezone(UTC).date().isoformat() and names & set(kept.on_demand):
        return kept
    try:
        fresh = fetch()
    except (AwsError, StorageError):
        return kept if kept and names & set(kept.on_demand) else prices.load(region)
    merged = _together(kept, fresh) if kept and kept.read == fresh.read else fresh
    _write(folder, merged)
    return merged


def _together(kept: Prices, fresh: Prices) -> Prices:
    """Both, as each asks for the machines of one run alone."""
    on_demand = {**kept.on_demand, **fresh.on_demand}
    return replace(fresh, on_demand=on_demand, spot={**kept.spot, **fresh.spot})


def _path(folder: str, region: str) -> str:
    return os.path.join(folder, "prices", f"{region}.json")


def _read(folder: str, region: str) -> Prices | None:
    """What is kept; a file that cannot be read is as none, since it can be asked for anew."""
    try:
        with open(_path(folder, region), encoding="utf-8") as file:
            plain = json.load(file)
        spot = {name: Span(*span) for name, span in plain.pop("spot").items()}
        machines = tuple(Machine(*machine) for machine in plain.pop("machines"))
        return Prices(**{**plain, "spot": spot, "machines": machines, "source": "cache"})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(folder: str, found: Prices) -> None:
    try:
        with written(_path(folder, found.region)) as file:
            file.write(json.dumps(asdict(found), indent=1).encode())
    except OSError:
        return  # prices that cannot be kept are asked for again
