"""What a run did cost, from its attempts as they were recorded.

A machine is paid for longer than its script runs, so each attempt has a start and an end added, as a quote has them.
AWS's own bill comes a day later, and is what counts. Left out: which attempts there were (the engines).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .prices import Prices
from .quote import HOURS_A_MONTH, START_MIN

_GB = 1e9


class Went(Protocol):
    """What is needed of `engines.protocol.Attempt`; times are seconds since 1970."""

    @property
    def number(self) -> int: ...
    @property
    def started_s(self) -> float: ...
    @property
    def ended_s(self) -> float | None: ...
    @property
    def instance_type(self) -> str: ...
    @property
    def spot(self) -> bool: ...


@dataclass(frozen=True)
class Line:
    """Dollars for one thing, and how they were reckoned."""

    what: str
    dollars: float
    how: str


@dataclass(frozen=True)
class Receipt:
    """All lines, at prices of the day `read`; `dollars` is their sum."""

    lines: tuple[Line, ...]
    read: str
    minutes: float
    """The script's own, of all attempts."""

    @property
    def dollars(self) -> float:
        return sum(line.dollars for line in self.lines)


def receipt(
    attempts: Iterable[Went],
    prices: Prices,
    *,
    now_s: float,
    disk_gb: float = 0,
    sent_home_bytes: int = 0,
    build_min: float = 0,
    puts: int = 0,
) -> Receipt:
    """The receipt of a run; one without attempts on machines of AWS, as on this machine, costs what else it used.

    An attempt that has not ended is reckoned until `now_s`.

    Raises: MoneyError for a machine without a known price.
    """
    ran = [attempt for attempt in attempts if attempt.instance_type]
    lines = [_compute(attempt, prices, now_s) for attempt in ran]
    hours = sum(_hours(attempt, now_s) for attempt in ran)
    lines += [
        Line("disk", prices.disk_gb_month * disk_gb / HOURS_A_MONTH * hours, f"{disk_gb:g} GB of gp3"),
        Line("address", prices.address_hour * hours, "public IPv4"),
        Line("transfer", prices.transfer_gb * sent_home_bytes / _GB, f"{sent_home_bytes / _GB:.3g} GB home"),
        Line("build", prices.build_minute * build_min, f"{build_min:.3g} min of CodeBuild"),
        Line("requests", prices.put_1000 * puts / 1000, f"{puts:,} PUT"),
    ]
    minutes = sum(_seconds(attempt, now_s) for attempt in ran) / 60
    return Receipt(tuple(line for line in lines if line.dollars), prices.read, minutes)


def _seconds(attempt: Went, now_s: float) -> float:
    return max(0.0, (now_s if attempt.ended_s is None else attempt.ended_s) - attempt.started_s)


def _hours(attempt: Went, now_s: float) -> float:
    return (_seconds(attempt, now_s) / 60 + START_MIN.likely) / 60


def _compute(attempt: Went, prices: Prices, now_s: float) -> Line:
    price = prices.hour(attempt.instance_type, spot=attempt.spot).likely
    kind = "spot" if attempt.spot else "on demand"
    minutes = _seconds(attempt, now_s) / 60
    how = f"{attempt.instance_type}, {kind}, {minutes:.3g} + {START_MIN.likely:g} min at ${price:.4f}/h"
    return Line(f"attempt {attempt.number}", price * _hours(attempt, now_s), how)
