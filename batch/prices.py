"""What an hour of one vCPU costs, spot and on demand, from the one dated file prices.json; dollars, without taxes.

Left out: disks, requests, data transfer and the database, which cost little or are there anyway; spot prices of this
hour (`aws.spot`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from .errors import PriceError

FILE = Path(__file__).with_name("prices.json")


class Rates(NamedTuple):
    """Dollars for an hour of one vCPU."""

    spot: float
    on_demand: float


class Prices(NamedTuple):
    """When they were read, for which region, and the rates by family of instances."""

    read: str
    region: str
    families: dict[str, Rates]

    def of(self, families: Sequence[str]) -> Rates:
        """The mean of some families: nobody knows which of them AWS will take.

        Raises: PriceError for a family that the file does not have.
        """
        unknown = [name for name in families if name not in self.families]
        if unknown or not families:
            raise PriceError(", ".join(unknown) or "none", sorted(self.families))
        found = [self.families[name] for name in families]
        return Rates(fmean(rates.spot for rates in found), fmean(rates.on_demand for rates in found))


def load(path: Path = FILE) -> Prices:
    """The dated prices."""
    known = json.loads(path.read_text(encoding="utf-8"))
    return Prices(known["read"], known["region"], {name: Rates(**rates) for name, rates in known["families"].items()})
