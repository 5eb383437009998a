"""Which limits explain what the original measured, 938 of 1,000 and 7,110 of 10,000; `python -m loadtest.original`.

Each guess about the account and the client is simulated, and set beside the two rows; then this service under the
guess that fits. Left out: certainty. The original tells four numbers, not its limits nor its client; a guess that
fits is possible, one that does not is ruled out.

What the rows say by themselves (`line`): time = start + answers / rate, through both rows, gives a start of 10 s and
60 answers a second. So something answered 60 a second at most, whatever was sent: concurrency / duration.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from .arrivals import Clients, Retries
from .command_line import exit_code
from .durations import Durations
from .measured import MEASURED
from .outcome import Outcome
from .rules import Limits
from .simulation import simulate


class Row(NamedTuple):
    """What was measured once: requests sent, answered, and answers a second."""

    sent: int
    answered: int
    per_s: float


class Guess(NamedTuple):
    """The account's concurrency, the function's seconds, and a client: requests in flight for each row, tries."""

    name: str
    concurrency: int
    durations: Durations
    inits: Durations
    in_flight: tuple[int, int]
    attempts: int = 5


ROWS = (Row(1_000, 938, 36.6), Row(10_000, 7_110, 55.3))
NETWORK_S = 0.1
INIT = Durations.constant(5.4)
"""The original's start, measured with today's libraries."""
TIMEOUT_S = 60.0
FIT = Guess("concurrency 10, 160 ms", 10, Durations.constant(0.16), INIT, (60, 300))
"""A new account's quota and the five tries of boto3's default; fitted are the duration and what is in flight."""
GUESSES = (
    FIT,
    FIT._replace(
        name="concurrency 20, 320 ms", concurrency=20, durations=Durations.constant(0.32), in_flight=(70, 400)
    ),
    FIT._replace(name="concurrency 50, 0.8 s", concurrency=50, durations=Durations.constant(0.8), in_flight=(100, 600)),
    FIT._replace(name="the fit, without retries", attempts=1),
    FIT._replace(name="the fit, all at once", in_flight=(1_000, 10_000)),
    FIT._replace(name="concurrency 10, 56 ms", durations=Durations.constant(0.056)),
    FIT._replace(name="concurrency 100, 160 ms", concurrency=100),
    FIT._replace(name="concurrency 100, 1.6 s", concurrency=100, durations=Durations.constant(1.6)),
    FIT._replace(name="concurrency 1,000, 160 ms, all at once", concurrency=1_000, in_flight=(1_000, 10_000)),
)
UNDERTONE = (
    FIT._replace(name="Undertone, the fit's limits and client", durations=MEASURED.durations, inits=MEASURED.inits),
    FIT._replace(
        name="Undertone, the same on concurrency 1,000",
        durations=MEASURED.durations,
        inits=MEASURED.inits,
        concurrency=1_000,
    ),
)


def line(first: Row = ROWS[0], second: Row = ROWS[1]) -> tuple[float, float]:
    """Seconds to start and answers a second of the straight line through both rows.

    >>> start_s, per_s = line()
    >>> round(start_s, 1), round(per_s, 1)
    (10.0, 60.0)
    """
    first_s, second_s = first.answered / first.per_s, second.answered / second.per_s
    per_s = (second.answered - first.answered) / (second_s - first_s)
    return first_s - first.answered / per_s, per_s


def outcomes(guess: Guess, seed: int = 0) -> list[Outcome]:
    """Both rows, simulated."""
    limits = Limits(account_concurrency=guess.concurrency, timeout_s=TIMEOUT_S)
    return [
        simulate(
            Clients(clients, row.sent),
            limits,
            guess.durations,
            guess.inits,
            retries=Retries(guess.attempts),
            network_s=NETWORK_S,
            seed=seed,
        )
        for row, clients in zip(ROWS, guess.in_flight, strict=True)
    ]


def error(found: list[Outcome]) -> float:
    """The largest relative error of the four numbers."""
    pairs = [(o.answered, row.answered) for o, row in zip(found, ROWS, strict=True)]
    pairs_per_s = [(o.answered_per_s, row.per_s) for o, row in zip(found, ROWS, strict=True)]
    return max(abs(got / want - 1) for got, want in (*pairs, *pairs_per_s))


def report() -> Iterator[str]:
    """A Markdown table: what was measured, each guess, this service."""
    start_s, per_s = line()
    yield f"A line through both rows: {start_s:.1f} s to start, then {per_s:.1f} answers a second."
    yield ""
    yield "| | of 1,000 | per second | of 10,000 | per second | largest error |"
    yield "|---|---|---|---|---|---|"
    yield _row("measured", [(row.answered, row.per_s) for row in ROWS], "")
    for guess in (*GUESSES, *UNDERTONE):
        found = outcomes(guess)
        off = f"{100 * error(found):.0f} %" if guess in GUESSES else ""
        yield _row(guess.name, [(o.answered, o.answered_per_s) for o in found], off)


def _row(name: str, cells: list[tuple[int, float]], off: str) -> str:
    return f"| {name} | " + " | ".join(f"{answered:,} | {per_s:,.1f}" for answered, per_s in cells) + f" | {off} |"


def main() -> int:
    """Print the table."""
    print("\n".join(report()))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
