"""Money of a run as it is planned: its spec in terms of prices, and its quote by what is known of the project.

Left out: how it is shown (`commands.quote`), and asking AWS (`live`).
"""

from collections.abc import Iterable
from datetime import datetime

from ..spec import Spec
from . import history, live, prices
from .history import Entry
from .live import Door
from .machines import Machine, Need, fitting
from .prices import Prices
from .quote import Load, Quote, minutes_of, quote
from .receipt import Receipt


def load_of(spec: Spec, *, builds: bool) -> Load:
    """What a run needs that costs money; `builds` where its image is missing."""
    asked = spec.resources
    need = Need(asked.vcpus, asked.memory_mb / 1024, asked.gpus, asked.families)
    return Load(need, asked.spot, asked.disk_gb, spec.size_bytes, spec.files, builds)


def machines_of(load: Load) -> tuple[Machine, ...]:
    """The machines whose prices matter: what fits, and the next size, of each family.

    Raises: MoneyError where none fits.
    """
    found = fitting(load.need, prices.load(live.PRICING_REGION).machines)
    return tuple(machine for family in found.values() for machine in family)


def prices_of(load: Load, region: str, folder: str, now: datetime, doors: tuple[Door, Door] | None = None) -> Prices:
    """Prices for a run: of AWS by `doors` (Price List, EC2), of the cache folder, or, without doors, of the file.

    Raises: MoneyError, AwsError.
    """
    if doors is None:
        return prices.load(region)
    needed = machines_of(load)
    return live.cached(folder, region, needed, now, lambda: live.ask(*doors, region, needed, now))


def quote_of(
    spec: Spec, load: Load, known: Prices, entries: Iterable[Entry] = (), said_min: float | None = None
) -> Quote:
    """The quote of a run; `said_min` is how long a person says that its script takes.

    Raises: MoneyError.
    """
    seen = tuple(entries)
    minutes = minutes_of(spec.timeout_s, said_min, history.minutes(seen, spec.project))
    return quote(load, minutes, known, history.ratio(seen, spec.project))


def entry_of(spec: Spec, quoted: Quote, paid: Receipt, when_s: float) -> Entry:
    """What the history keeps of a run that ended."""
    return Entry(
        spec.run_id, spec.project, when_s, quoted.low, quoted.likely, quoted.high, paid.dollars, paid.minutes,
        spec.resources.spot, spec.region, quoted.ratio,
    )  # fmt: skip
