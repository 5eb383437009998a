"""What the simulator says beside what was measured, and of the original's two rows, as tables of the report.

Left out: simulating (`simulation`) and what explains the original (`original`).
"""

from collections.abc import Sequence

from . import original
from .arrivals import Rate
from .durations import Durations
from .report import Table
from .rows import Row
from .rules import Limits
from .simulation import simulate
from .summary import Step


def of_steps(found: Sequence[Step], rows: Sequence[Row]) -> Table:
    """Each step simulated: the same rate and limit, with the durations and INITs that were measured."""
    durations, inits = _measured([row.duration_ms for row in rows]), _measured([row.init_ms for row in rows])
    cells = [_row(step, durations, inits) for step in found if durations and step.limit is not None]
    about = "The same rate and limit, simulated with the durations and INITs of this test; each step from a cold start."
    head = ("concurrency limit", "answered /s", "simulated", "share", "simulated", "throttled", "simulated")
    return Table("The simulator beside it", about, head, cells)


def of_original() -> Table:
    """The original's measurements, the guesses that may explain them, and this service under the one that fits."""
    summary, _, head, _, *lines = original.report()
    about = f"{summary} Each guess is simulated; docs/loadtest.md tells more."
    return Table("The original's two rows", about, ["guess", *_cells(head)[1:]], [_cells(line) for line in lines])


def _row(step: Step, durations: Durations, inits: Durations | None) -> tuple[str, ...]:
    limits = Limits(reserved_concurrency=step.limit)
    load = Rate(step.offered_per_s, step.seconds)
    outcome = simulate(load, limits, durations, inits or Durations.constant(0.0))
    throttled = (sum(step.throttles.values()), sum(outcome.throttles.values()))
    shares = (f"{100 * share:.1f} %" for share in (step.success, outcome.success))
    rates = (f"{per_s:,.1f}" for per_s in (step.answered_per_s, outcome.answered / step.seconds))
    return (step.name, *rates, *shares, *(f"{count:,}" for count in throttled))


def _measured(told_ms: Sequence[float | None]) -> Durations | None:
    samples = [ms / 1000 for ms in told_ms if ms is not None]
    return Durations.of(samples) if samples else None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
