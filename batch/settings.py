"""What a run is told, as one frozen value: argument over environment over default.

Left out: the command line itself (`commands.run`), and acting on it (`run`).
"""

import os
from typing import NamedTuple

from textmodel.model import ROOT

from .dealing import Limits
from .records import Columns

SHIPPED = "everyday"
"""The task of the artifact that labels are from, unless another is named: trained on posts of a forum."""
NOT_OF_REVIEWS = (SHIPPED, "sentiment")
"""The artifacts that come with this code: of posts and of financial headlines, neither of reviews."""
LANGUAGES = ("en", "es", "fr", "pt", "it", "ca", "de")
MOST_PROCESSES = 256
"""Of one run; one reader feeds some twenty. More are shards on other machines."""
CHUNK_ROWS = 500
CHUNK_CHARACTERS = 250_000
"""Some seconds of translation, so that a chunk in hand is done long before a machine is taken away. No option: two runs
at the same time with other numbers would make chunks that overlap."""
FINISH_S = 20.0
"""How long chunks in hand may take after a signal: ECS sends SIGKILL 30 s after SIGTERM, by its default
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html)."""


class Settings(NamedTuple):
    """All of it; `processes` 0 is one for each core, `report` None is beside the store."""

    input: str
    store: str
    columns: Columns = Columns()
    languages: tuple[str, ...] = LANGUAGES
    engines: str = "auto"
    task: str = SHIPPED
    artifacts: str = ROOT
    processes: int = 0
    chunk_rows: int = CHUNK_ROWS
    report: str | None = None
    bar: float | None = None
    """The score from which a label is reliable (`measured`); None takes the artifact's own threshold."""
    finish_s: float = FINISH_S

    @property
    def limits(self) -> Limits:
        return Limits(self.chunk_rows, CHUNK_CHARACTERS)

    @property
    def workers(self) -> int:
        """How many processes do chunks."""
        return self.processes or cores()


def cores() -> int:
    """Those that this process may use.

    >>> cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def languages(text: str) -> tuple[str, ...]:
    """Codes with commas between, each once.

    >>> languages("es, fr,es")
    ('es', 'fr')
    """
    return tuple(dict.fromkeys(code.strip().lower() for code in text.split(",") if code.strip()))
