"""What befalls which attempt of a rehearsal, and what must come of it.

Left out: doing it (`attempts`).
"""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

HOLDER = Path(__file__).with_name("faults")
"""On the path of a Python that is to be held inside a transaction."""


class Fault(Enum):
    """One thing that goes wrong."""

    SIGTERM = "SIGTERM in the middle of a chunk, then the machine is gone"
    KILL = "kill -9 inside a transaction, and the machine is gone"
    UNREACHABLE = "S3 does not answer"


class Attempt(NamedTuple):
    """Of a shard, on a queue, from 1."""

    shard: int
    spot: bool
    number: int


PLAN: dict[Attempt, Fault] = {
    Attempt(0, spot=True, number=1): Fault.SIGTERM,
    Attempt(1, spot=True, number=1): Fault.KILL,
    Attempt(2, spot=True, number=1): Fault.UNREACHABLE,
    Attempt(3, spot=True, number=1): Fault.SIGTERM,
    Attempt(3, spot=True, number=2): Fault.KILL,
}
"""Shard 3 loses its machine twice and goes to on demand; all later ones have no trouble."""
LEAST_SHARDS = 5

ENDS: dict[Fault, str] = {Fault.SIGTERM: "143 lost", Fault.KILL: "killed lost", Fault.UNREACHABLE: "75"}
"""How an attempt with a fault must end, in the words of `table`."""


def expected(shard: int, *, spot: bool) -> list[str]:
    """How the attempts of a shard must end on a queue.

    >>> expected(0, spot=True), expected(3, spot=True), expected(3, spot=False), expected(4, spot=True)
    (['143 lost', '0'], ['143 lost', 'killed lost'], ['0'], ['0'])
    """
    faults = [fault for attempt, fault in sorted(PLAN.items()) if (attempt.shard, attempt.spot) == (shard, spot)]
    ends = [ENDS[fault] for fault in faults]
    return ends if len(ends) >= 2 and spot else [*ends, "0"]
