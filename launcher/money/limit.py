"""--max-cost: how long a run may go on, so that it costs no more whatever machine and price it gets.

Everything is reckoned at its highest: the dearest machine on demand, the slowest start, all results sent home. A run
that loses its host has spent some of the limit: the runner of the next attempt takes that off the `budget`, and whoever
follows the run reckons it by the real machines (`latest`).
Left out: the ending itself: the runner's time limit, with SIGTERM and partial results, and the engine's `stop`.
"""

from collections.abc import Iterable
from dataclasses import replace

from ..errors import MoneyError
from ..manifest import Budget
from .prices import Prices, Span
from .quote import BUILD_MIN, RESULTS_SHARE, START_MIN, Load, rate
from .receipt import Went, receipt

LEAST_S = 60
"""A run that may last less is not begun."""
_GB = 1e9


def budget(max_cost: float, load: Load, prices: Prices) -> Budget:
    """The seconds of machines that so many dollars buy, those of starting among them.

    Raises: MoneyError where a script could not run for a minute; the fix tells how much is needed for that.
    """
    hour, once, start_s = rate(load, prices).high, _once(load, prices), int(START_MIN.high * 60)
    all_s = int((max_cost - once) / hour * 3600)
    if all_s < LEAST_S + start_s:
        needed = once + hour * (LEAST_S + start_s + 1) / 3600
        raise MoneyError(
            f"${max_cost:.2f} is less than a minute of this run may cost", f"say --max-cost {_up(needed):.2f} or more"
        )
    return Budget(all_s, start_s)


def latest(max_cost: float, attempts: Iterable[Went], load: Load, prices: Prices, now_s: float) -> float:
    """The latest moment, in seconds since 1970, until which a run may go on; in the past where all is spent.

    Raises: MoneyError for a machine without a known price.
    """
    spent = receipt(attempts, _dearest(prices), now_s=now_s, disk_gb=load.disk_gb).dollars + _once(load, prices)
    return now_s + (max_cost - spent) / rate(load, prices).high * 3600


def _once(load: Load, prices: Prices) -> float:
    """What is paid whatever the time: the image, the results' way home, requests."""
    build = BUILD_MIN.high * prices.build_minute if load.builds else 0.0
    home = RESULTS_SHARE.high * load.input_bytes / _GB * prices.transfer_gb
    return build + home + (load.files + 2000) * prices.put_1000 / 1000


def _dearest(prices: Prices) -> Prices:
    """The same with every spot price at its highest."""
    return replace(prices, spot={name: Span(span.high, span.high, span.high) for name, span in prices.spot.items()})


def _up(dollars: float) -> float:
    """To the next cent."""
    return -(-dollars * 100 // 1) / 100
