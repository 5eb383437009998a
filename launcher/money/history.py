"""What was quoted against what it cost, a line a run, and what the next quote learns of it.

The file is <state>/money.jsonl. The middle of the last ratios is used and not their mean, so that one run that went
wrong spoils nothing. Left out: the reckoning (`quote`, `receipt`).
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median

from ..errors import MoneyError

NAME = "money.jsonl"
LAST = 20
ENOUGH = 3
"""Fewer runs than this say nothing."""
_LEAST, _MOST = 0.2, 5.0
"""A quote that is off by more has another cause than prices."""


@dataclass(frozen=True)
class Entry:
    """One run: dollars quoted and real, and its script's minutes; `when_s` is seconds since 1970."""

    run_id: str
    project: str
    when_s: float
    quoted_low: float
    quoted: float
    quoted_high: float
    real: float
    minutes: float
    spot: bool
    region: str
    ratio_used: float = 1.0
    """By which `quoted` was multiplied already."""

    @property
    def ratio(self) -> float | None:
        """Dollars paid for each dollar reckoned before anything was learnt."""
        plain = self.quoted / self.ratio_used
        return self.real / plain if plain > 0 else None


def add(state: str, entry: Entry) -> None:
    """Append one line, in one write, so that two runs at once lose none.

    Raises: MoneyError where the file cannot be written.
    """
    path = os.path.join(state, NAME)
    line = json.dumps(asdict(entry), sort_keys=True).encode() + b"\n"
    try:
        os.makedirs(state, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise MoneyError(f"{path} cannot be written: {error.strerror}", "make room or mend the rights") from error


def read(state: str) -> tuple[Entry, ...]:
    """Every run that was kept; a damaged line is passed over, since a quote without it is still one."""
    try:
        with open(os.path.join(state, NAME), encoding="utf-8", errors="replace") as file:
            return tuple(entry for line in file if (entry := _entry(line)))
    except OSError:
        return ()


def _entry(line: str) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def ratio(entries: Iterable[Entry], project: str) -> float:
    """What runs cost for each dollar quoted: the project's own where there are enough of them, else everybody's.

    >>> ratio([], "rain")
    1.0
    """
    known = tuple(entries)
    own = [one.ratio for one in known if one.project == project and one.ratio is not None]
    every = [one.ratio for one in known if one.ratio is not None]
    for found in (own, every):
        if len(found) >= ENOUGH:
            return min(_MOST, max(_LEAST, median(found[-LAST:])))
    return 1.0


def minutes(entries: Iterable[Entry], project: str) -> float | None:
    """How long a project's script took, the middle of its last runs; None where it never ran."""
    own = [one.minutes for one in entries if one.project == project and one.minutes > 0]
    return median(own[-LAST:]) if own else None
