"""How much each section measures: the full run, and a quick one to try things out.

Left out: what is measured. Every load is bounded here in count and in time.
"""

from typing import NamedTuple


class Plan(NamedTuple):
    """Counts and times of one run."""

    rounds: int = 5
    """Of the classifier and of cold starts, contestants taking turns."""
    calls: int = 4_000
    """Texts a round, one at a time."""
    slow_calls: int = 60
    """The same for contestants that take milliseconds a text."""
    drift_lines: int = 100_000
    """Of a made-up log, a round."""
    http_rounds: int = 4
    http_s: float = 2.0
    connections: tuple[int, ...] = (1, 16, 64)
    slow_http_rounds: int = 2
    slow_http_s: float = 8.0
    """For servers with fewer than 100 answers a second, which would otherwise answer too few to rank."""
    flood_rounds: int = 3
    flood_requests: int = 10_000
    flood_connections: tuple[int, ...] = (1_000, 10_000)
    flood_end_s: float = 60.0
    """A flood ends then; what has no answer by then has failed."""
    answer_timeout_s: float = 30.0
    """How long a client waits for one answer, as API Gateway does."""
    server_starts: int = 3
    slow_starts: int = 2
    memory_requests: int = 1_000
    memory_end_s: float = 20.0


FULL = Plan()
QUICK = Plan(
    rounds=2, calls=300, slow_calls=5, drift_lines=5_000,
    http_rounds=1, http_s=1.0, connections=(1, 16, 64), slow_http_s=2.0,
    flood_rounds=1, flood_requests=1_000, flood_connections=(100, 1_000), flood_end_s=5.0, answer_timeout_s=4.0,
    server_starts=1, slow_starts=1, memory_requests=100, memory_end_s=5.0,
)  # fmt: skip
