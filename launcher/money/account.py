"""The money of one run from its quote to its receipt: opened before anything is paid, closed when the run has ended.

    account = opened(spec, options.max_cost, builds=..., known=prices_of(...), entries=history.read(state))
    account.quote, account.timeout_s                    shown; the script's limit, shorter where --max-cost says so
    account.ends_s(attempts, now_s)                     asked while it runs: when the money will be gone
    closed(account, attempts, state, now_s=...)         the receipt, kept for the next quote

Left out: where prices come from (`of_run.prices_of`), and how it is shown (`show`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..manifest import Budget
from ..spec import Spec
from . import history, limit
from .history import Entry
from .of_run import entry_of, load_of, quote_of
from .prices import Prices
from .quote import Load, Quote
from .receipt import Receipt, Went, receipt


@dataclass(frozen=True)
class Account:
    """A run's quote, and what it was reckoned from; `budget_s` is what --max-cost leaves for all its attempts."""

    spec: Spec
    load: Load
    prices: Prices
    quote: Quote
    max_cost: float | None
    budget_s: Budget | None

    @property
    def timeout_s(self) -> int:
        """The script's limit, shorter where --max-cost says so."""
        spent = self.budget_s
        return self.spec.timeout_s if spent is None else min(self.spec.timeout_s, spent.all_s - spent.start_s)

    @property
    def limited(self) -> bool:
        """Whether --max-cost may end the script before its own time limit does."""
        return self.timeout_s < self.spec.timeout_s

    def ends_s(self, attempts: Iterable[Went], now_s: float) -> float | None:
        """The latest moment, in seconds since 1970, until which the run may go on; None without --max-cost.

        Raises: MoneyError for a machine without a known price.
        """
        if self.max_cost is None:
            return None
        return limit.latest(self.max_cost, attempts, self.load, self.prices, now_s)


def opened(
    spec: Spec,
    max_cost: float | None,
    *,
    builds: bool,
    known: Prices,
    entries: Iterable[Entry] = (),
    said_min: float | None = None,
) -> Account:
    """The account of a run that has not begun; `builds` where its image is missing.

    Raises: MoneyError where no price is known, or where the limit is lower than a minute of the run may cost.
    """
    load = load_of(spec, builds=builds)
    quoted = quote_of(spec, load, known, entries, said_min)
    return Account(
        spec, load, known, quoted, max_cost, None if max_cost is None else limit.budget(max_cost, load, known)
    )


def closed(
    account: Account,
    attempts: Iterable[Went],
    state: str,
    *,
    now_s: float,
    sent_home_bytes: int = 0,
    build_min: float = 0,
    files_out: int = 0,
) -> Receipt:
    """The receipt of a run that has ended; its line in the history is what the next quote learns from.

    A run whose script never began teaches nothing, so it is not kept.

    Raises: MoneyError.
    """
    paid = receipt(
        attempts,
        account.prices,
        now_s=now_s,
        disk_gb=account.load.disk_gb,
        sent_home_bytes=sent_home_bytes,
        build_min=build_min,
        puts=account.load.files + files_out,
    )
    if paid.minutes > 0:
        history.add(state, entry_of(account.spec, account.quote, paid, now_s))
    return paid
