"""What this service was measured to take on one core, from measured.json: the defaults of the simulator and the plan.

Left out: measuring; the file says how it was done.
"""

import json
from pathlib import Path
from typing import NamedTuple

from .durations import Durations

FILE = Path(__file__).with_name("measured.json")


class Measured(NamedTuple):
    """When, and seconds of the handler and of INIT on a whole core, and the memory that an environment needs."""

    when: str
    durations: Durations
    inits: Durations
    memory_mb: float


def load(path: Path = FILE) -> Measured:
    """The dated figures."""
    known = json.loads(path.read_text(encoding="utf-8"))
    durations, inits = (Durations.read(_text(known[name])) for name in ("duration_ms", "init_ms"))
    return Measured(known["measured"], durations, inits, known["memory_mb"])


def _text(quantiles: dict[str, float]) -> str:
    return ",".join(f"{name}={ms}" for name, ms in quantiles.items())


MEASURED = load()
