"""The money of runs on AWS: an account for each run that is started here, from its quote to its receipt.

Left out: reckoning (`money`), and ending a run (`engines.aws`).
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from .. import folders
from ..aws.door import Aws
from ..errors import AwsError
from ..money import account, history, live, of_run
from ..money.prices import Prices
from ..money.quote import Load
from ..money.receipt import Receipt
from ..spec import Spec
from .protocol import Attempt

PricesOf = Callable[[Load, str], Prices]
"""Of what is to be paid, in a region."""


def offline(load: Load, region: str) -> Prices:
    """The dated list that comes with the launcher.

    Raises: MoneyError.
    """
    return of_run.prices_of(load, region, "", datetime.now(UTC))


def online(opened: Callable[[str], Aws], environ: Mapping[str, str]) -> PricesOf:
    """Of AWS, a day old at most; where AWS does not answer or may not be asked, the list that comes with us."""

    def ask(load: Load, region: str) -> Prices:
        try:
            doors = opened(live.PRICING_REGION), opened(region)
            return of_run.prices_of(load, region, folders.cache(environ), datetime.now(UTC), doors)
        except AwsError:
            return offline(load, region)

    return ask


def _typed(attempts: Iterable[Attempt], made: account.Account) -> list[Attempt]:
    """A machine that came and went between two looks is reckoned as the dearest that the run could get."""
    fitting = (machine.type for machine in of_run.machines_of(made.load))
    priced = {name: made.prices.on_demand[name] for name in fitting if name in made.prices.on_demand}
    dearest = max(priced, key=lambda name: priced[name])
    return [one if one.instance_type else replace(one, instance_type=dearest) for one in attempts]


class Purse:
    """Accounts by run id; `state` is where the history is."""

    def __init__(self, state: str, prices_of: PricesOf = offline) -> None:
        self._state, self._prices_of = state, prices_of
        self._open: dict[str, account.Account] = {}
        self._build_min: dict[str, float] = {}

    def quoted(
        self, spec: Spec, max_cost: float | None, *, builds: bool, said_min: float | None = None
    ) -> account.Account:
        """The account of a run that has not begun.

        Raises: MoneyError.
        """
        known = self._prices_of(of_run.load_of(spec, builds=builds), spec.region)
        entries = history.read(self._state)
        return account.opened(spec, max_cost, builds=builds, known=known, entries=entries, said_min=said_min)

    def keep(self, made: account.Account) -> None:
        """Remember it until the run is closed."""
        self._open[made.spec.run_id] = made

    def built(self, run_id: str) -> Callable[[float], None]:
        """Who is told of the minutes that a run's image took."""

        def note(minutes: float) -> None:
            self._build_min[run_id] = minutes

        return note

    def is_spent(self, run_id: str, attempts: Iterable[Attempt], now_s: float) -> bool:
        """Whether --max-cost is reached.

        Raises: MoneyError.
        """
        made = self._open.get(run_id)
        ends_s = made.ends_s(_typed(attempts, made), now_s) if made else None
        return ends_s is not None and now_s >= ends_s

    def close(self, run_id: str, attempts: Iterable[Attempt], now_s: float) -> tuple[Receipt, account.Account] | None:
        """The receipt, once; None for a run that was started elsewhere.

        Raises: MoneyError.
        """
        made = self._open.pop(run_id, None)
        if made is None:
            return None
        seen = _typed(attempts, made)
        sent = sum(one.bytes for one in seen[-1:])
        files = sum(one.files for one in seen)
        os.makedirs(self._state, exist_ok=True)
        paid = account.closed(
            made, seen, self._state, now_s=now_s, sent_home_bytes=sent, files_out=files,
            build_min=self._build_min.get(run_id, 0.0),
        )  # fmt: skip
        return paid, made
