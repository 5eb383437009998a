"""What a run will cost before anything is paid: low, likely and high, item by item.

    compute    the machine's hours: the cheapest that fits, the middle one, the dearest; spot's high is on demand, after
               two attempts that lost their host
    disk       its gp3 volume for as long; address: its public IPv4; build: the image, when it is missing
    transfer   results on their way home (in is free); requests: one PUT a file

Left out: what cannot be told before: the time, which a person says or the history knows.
"""

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from .machines import Need, fitting
from .prices import Prices, Span

START_MIN = Span(1.5, 3.0, 8.0)
"""A machine's start, the agent's, the image's pull and the machine's end, minutes an attempt; stated guesses."""
BUILD_MIN = Span(2.0, 4.0, 15.0)
"""Minutes of CodeBuild for an image: some packages, many, large ones that are compiled."""
LOST = Span(0.0, 0.05, 2.0)
"""Attempts that lose their host, for a run on spot: never, 1 in 20, as often as is allowed before on demand
(https://aws.amazon.com/ec2/spot/instance-advisor/ begins with "<5 %")."""
RESULTS_SHARE = Span(0.0, 0.1, 1.0)
"""Bytes of results for each byte of input, where nobody says more; a stated guess."""
HOURS_A_MONTH = 730.0
_GB = 1e9


class Minutes(NamedTuple):
    """How long the script runs: at least, likely, at most, which is its time limit."""

    low: float
    likely: float
    high: float


class Item(NamedTuple):
    """A line of a quote: of what, how much, and how it was reckoned."""

    what: str
    dollars: Span
    how: str


@dataclass(frozen=True)
class Load:
    """What is to be paid for, beside time."""

    need: Need
    spot: bool
    disk_gb: float
    input_bytes: int = 0
    files: int = 0
    builds: bool = False
    """Whether the image is missing."""


@dataclass(frozen=True)
class Quote:
    """Dollars for a run: `low`, `likely`, `high` and its items, of prices of the day `read`."""

    low: float
    likely: float
    high: float
    items: tuple[Item, ...]
    region: str
    read: str
    source: str
    minutes: Minutes
    ratio: float = 1.0
    """What earlier runs cost for each dollar quoted; `likely` has it in."""


def quote(load: Load, minutes: Minutes, prices: Prices, ratio: float = 1.0) -> Quote:
    """The quote of one run; `ratio` is `history.ratio`.

    Raises: MoneyError where no machine with a known price fits.
    """
    hours = _hours(load, minutes)
    items = (
        _compute(load, minutes, hours, prices),
        _by_hour("disk", prices.disk_gb_month * load.disk_gb / HOURS_A_MONTH, hours, f"{load.disk_gb:g} GB of gp3"),
        _by_hour("address", prices.address_hour, hours, "one public IPv4"),
        _transfer(load, prices),
        *((_build(prices),) if load.builds else ()),
        _requests(load, prices),
    )
    low, likely, high = (sum(getattr(item.dollars, name) for item in items) for name in Span._fields)
    told = likely * ratio
    return Quote(
        min(low, told), told, max(high, told), items, prices.region, prices.read, prices.source, minutes, ratio
    )


def minutes_of(timeout_s: int, said_min: float | None = None, seen_min: float | None = None) -> Minutes:
    """The script's minutes: as a person says, as earlier runs took, or half its time limit; never over the limit.

    >>> tuple(minutes_of(3600)), tuple(minutes_of(3600, said_min=20)), tuple(minutes_of(600, seen_min=30))
    ((1.0, 30.0, 60.0), (10.0, 20, 60.0), (10.0, 10.0, 10.0))
    """
    limit = timeout_s / 60
    known = said_min or seen_min
    likely = min(known or limit / 2, limit)
    return Minutes(min(known / 2, limit) if known else min(1.0, likely), likely, limit)


def rate(load: Load, prices: Prices) -> Span:
    """Dollars for an hour in which the run has its machine: machine, disk and address.

    Raises: MoneyError.
    """
    fixed = prices.disk_gb_month * load.disk_gb / HOURS_A_MONTH + prices.address_hour
    machine, _ = _machine_hour(load, prices)
    return Span(*(dollars + fixed for dollars in machine))


def _machine_hour(load: Load, prices: Prices) -> tuple[Span, str]:
    """An hour of the machine, and which it may be."""
    found = fitting(load.need, prices.known())
    first = {family: prices.hour(machines[0].type, spot=load.spot) for family, machines in found.items()}
    every = [prices.hour(one.type, spot=False).high for machines in found.values() for one in machines]
    cheapest = min(found, key=lambda family: first[family].likely)
    span = Span(min(one.low for one in first.values()), median(one.likely for one in first.values()), max(every))
    return span, f"{found[cheapest][0].type}{f' or one of {len(found)} families' if len(found) > 1 else ''}"


def _hours(load: Load, minutes: Minutes) -> Span:
    """Hours with a machine: an attempt that loses its host has done half of the work, or in the worst case all."""
    lost = LOST if load.spot else Span(0, 0, 0)
    part = Span(0.5, 0.5, 1.0)
    each = zip(minutes, START_MIN, lost, part, strict=True)
    return Span(*((work + start + gone * (share * work + start)) / 60 for work, start, gone, share in each))


def _compute(load: Load, minutes: Minutes, hours: Span, prices: Prices) -> Item:
    hour, which = _machine_hour(load, prices)
    dollars = Span(*(price * time for price, time in zip(hour, hours, strict=True)))
    kind = "spot" if load.spot else "on demand"
    return Item("compute", dollars, f"{which}, {kind}, {minutes.likely:.3g} min of work at ${hour.likely:.4f}/h")


def _by_hour(what: str, price: float, hours: Span, how: str) -> Item:
    return Item(what, hours * price, f"{how}, {hours.likely * 60:.3g} min")


def _transfer(load: Load, prices: Prices) -> Item:
    size = RESULTS_SHARE * (load.input_bytes / _GB)
    return Item(
        "transfer", size * prices.transfer_gb, f"results home, {size.likely:.3g} GB likely; 100 GB a month are free"
    )


def _build(prices: Prices) -> Item:
    return Item("build", BUILD_MIN * prices.build_minute, f"the image, {BUILD_MIN.likely:g} min of CodeBuild, once")


def _requests(load: Load, prices: Prices) -> Item:
    files = Span(0, load.files, load.files + 2000)
    return Item("requests", files * (prices.put_1000 / 1000), f"{load.files:,} files to S3")
