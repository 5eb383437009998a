"""The table of a rehearsal: what must come out, and what did.

Left out: where the figures come from (`whole`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from ..aws.progress import lost_host
from ..aws.watching import State
from ..retries import Ending
from . import faults


class Line(NamedTuple):
    """One thing that is compared, both sides in words."""

    what: str
    expected: str
    actual: str

    @property
    def agrees(self) -> bool:
        return self.expected == self.actual


def ended(ending: Ending) -> str:
    """An attempt's ending in a word or two.

    >>> ended(Ending(143, "Host EC2 (instance i-0a) terminated.")), ended(Ending(0)), ended(Ending(None, "Host EC2 x"))
    ('143 lost', '0', 'killed lost')
    """
    code = "killed" if ending.exit_code is None else str(ending.exit_code)
    return f"{code} lost" if lost_host(ending) else code


def attempts(state: State) -> list[Line]:
    """A line for each shard: its attempts on spot machines and on demand."""
    lines = []
    for shard in state.plan.shards:
        spot = faults.expected(shard.number, spot=True)
        wanted = [("spot", spot)] + [("on demand", faults.expected(shard.number, spot=False))] * (spot[-1] != "0")
        found = [
            ("spot" if known.note.spot else "on demand", [ended(attempt.ending) for attempt in child.attempts])
            for known in state.jobs
            for child, one in zip(known.children, known.manifest.shards, strict=True)
            if one.number == shard.number
        ]
        lines.append(Line(f"attempts of shard {shard.number}", _told(wanted), _told(found)))
    return lines


def _told(runs: Sequence[tuple[str, list[str]]]) -> str:
    """Places and endings on one line.

    >>> _told([("spot", ["143 lost", "0"])])
    'spot: 143 lost, 0'
    """
    return "; ".join(f"{place}: {', '.join(ends)}" for place, ends in runs)
