"""A line of progress while a test runs, from the rows that its processes write.

On a terminal the line is written over; elsewhere one line is written every few seconds.
Left out: what is measured in the end (`summary`).
"""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from .settings import Settings
from .shapes import Plan

EVERY_S = 5.0


class Progress:
    """Reads what was added to the rows since it last looked."""

    def __init__(self, asked: Settings, folder: Path, to: TextIO = sys.stderr) -> None:
        self._plan = Plan(asked.shape, asked.rate, asked.seconds, asked.limits, asked.burst, asked.give_up_s)
        self._folder, self._to = folder, to
        self._read: dict[Path, int] = {}
        self._total = 0
        self._started = self._looked = time.monotonic()
        self._told = 0.0

    def show(self) -> None:
        """One line."""
        now = time.monotonic()
        new = self._new()
        self._total += sum(new.values()) - new["cold"]  # which is answered, or failed, besides
        passed, self._looked = max(1e-3, now - self._looked), now
        per_s = ", ".join(f"{count / passed:,.0f} {kind}" for kind, count in sorted(new.items())) or "nothing"
        line = f"{self._where(now - self._started)}  per second: {per_s}  in all: {self._total:,}"
        if self._to.isatty():
            print(f"\r\033[K{line}", end="", file=self._to, flush=True)
        elif now - self._told >= EVERY_S:
            self._told = now
            print(line, file=self._to, flush=True)

    def close(self) -> None:
        """No further line is written over this one."""
        if self._to.isatty():
            print(file=self._to)

    def _where(self, run_s: float) -> str:
        steps = self._folder / "steps.csv"
        if steps.exists():
            done = steps.read_text(encoding="utf-8").splitlines()
            return f"step {len(done)} of {len(self._plan.limits)}, concurrency {done[-1].rpartition(',')[2]}"
        return f"{run_s:,.0f} of {'at most ' if self._plan.shape == 'burst' else ''}{self._plan.total_s:,.0f} s"

    def _new(self) -> Counter[str]:
        """How many whole rows of each kind were added, and how many of them were cold starts."""
        found: Counter[str] = Counter()
        for path in self._folder.glob("rows-*.csv"):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.decode().splitlines():
                cells = line.split(",")
                if cells[0] != "sent_s":
                    found[cells[4]] += 1
                    found["cold"] += cells[6] == "cold"
        return +found
