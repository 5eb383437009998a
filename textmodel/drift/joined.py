"""Feedback joined to answers by request id, whichever comes first, in bounded memory.

Ids go to a temporary SQLite database, which keeps 8 MB in memory and the rest in a file that is gone with the
process; a quarter of a million answers take some 15 MB of disk. Only answers of a single text take part: which
text of a batch was wrong, feedback does not say. Left out: what the counts mean (`report`).
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from .entries import Answer, Feedback

_FLUSH_AT = 10_000
_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
CREATE TABLE answer (id TEXT, label INTEGER, ours INTEGER);
CREATE TABLE feedback (id TEXT, label INTEGER, time REAL);
"""
# Of several feedbacks to one id the latest counts, and of equally late ones that which was read last.
_LATEST = """
CREATE TABLE latest AS SELECT id, label FROM
  (SELECT id, label, row_number() OVER (PARTITION BY id ORDER BY time DESC, rowid DESC) AS place FROM feedback)
  WHERE place = 1;
CREATE UNIQUE INDEX by_id ON latest (id);
CREATE TABLE pair AS
  SELECT latest.id AS id, latest.label AS right_label, min(answer.label) AS label, max(answer.ours) AS ours,
         count(DISTINCT answer.label || ' ' || answer.ours) AS kinds
  FROM answer CROSS JOIN latest ON latest.id = answer.id GROUP BY latest.id;
"""


class Counts(NamedTuple):
    """How feedback met answers; L labels in the model's order."""

    confusion: tuple[tuple[int, ...], ...]
    """(L, L): rows the labels that were right, columns those that were answered."""
    feedback: int
    replaced: int
    """Feedback to an answer that had a later one."""
    unmatched: int
    """Ids that no answer of a single text had."""
    other_models: int
    ambiguous: int
    """Ids that several different answers share."""


class Join:
    """One run's answers and feedback."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = {label: number for number, label in enumerate(labels)}
        self._database = sqlite3.connect("")  # a temporary database, in a file once it outgrows the cache
        self._database.executescript(_TABLES)
        self._answers: list[tuple[str, int, int]] = []
        self._feedback: list[tuple[str, int, float]] = []
        self._received = 0

    def answer(self, entry: Answer, *, ours: bool) -> None:
        """Keep an answer's id and label, where it is of a single text."""
        labels = entry.histogram["label"]
        if entry.request_id is None or len(labels) != 1:
            return
        ((label, number),) = labels.items()
        if number == 1:
            self._answers.append((entry.request_id, self._labels.get(label, -1), ours))
            if len(self._answers) >= _FLUSH_AT:
                self._flush()

    def feedback(self, entry: Feedback) -> bool:
        """Keep what should have been answered; False where that is no label of the model."""
        if entry.label not in self._labels:
            return False
        self._received += 1
        self._feedback.append((entry.request_id, self._labels[entry.label], entry.time or 0.0))
        if len(self._feedback) >= _FLUSH_AT:
            self._flush()
        return True

    def counts(self) -> Counts | None:
        """What came of it, once everything is read; None without any feedback."""
        if not self._received:
            return None
        self._flush()
        self._database.executescript(_LATEST)
        width = len(self._labels)
        table = [[0] * width for _ in range(width)]
        for right, label, number in self._database.execute(
            "SELECT right_label, label, count(*) FROM pair WHERE ours AND kinds = 1 GROUP BY 1, 2"
        ):
            table[right][label] = number
        ids, met = self._number("SELECT count(*) FROM latest"), self._number("SELECT count(*) FROM pair")
        return Counts(
            confusion=tuple(map(tuple, table)),
            feedback=self._received,
            replaced=self._received - ids,
            unmatched=ids - met,
            other_models=self._number("SELECT count(*) FROM pair WHERE NOT ours AND kinds = 1"),
            ambiguous=self._number("SELECT count(*) FROM pair WHERE kinds > 1"),
        )

    def close(self) -> None:
        self._database.close()

    def _number(self, query: str) -> int:
        (number,) = self._database.execute(query).fetchone()
        return int(number)

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO answer VALUES (?, ?, ?)", self._answers)
        self._database.executemany("INSERT INTO feedback VALUES (?, ?, ?)", self._feedback)
        self._answers.clear()
        self._feedback.clear()
