"""The made-up log is one that drift reads whole, as it reads a service's."""

from benchmarks import log_lines
from textmodel.drift.sources import Raw
from textmodel.drift.tally import Tally


def test_drift_reads_every_line() -> None:
    """Of 2,000 lines 1,800 are answers, 100 feedback to an answer of the log, and 100 something else."""
    tally = Tally(log_lines.MODEL, log_lines.LABELS)
    tally.take(Raw("", line) for line in log_lines.make(2_000))
    tally.close()
    assert tally.broken == 0
    assert sum(tally.answers["label"].values()) == 1_800
    assert tally.other_lines == 100
    assert tally.feedback
    assert (tally.feedback.feedback, tally.feedback.unmatched, tally.feedback.replaced) == (100, 0, 0)
    assert sum(map(sum, tally.feedback.confusion)) == 100


def test_the_log_is_the_same_each_time() -> None:
    """Made by seed, so that two runs read the same."""
    assert [*log_lines.make(100)] == [*log_lines.make(100)]
    assert [*log_lines.make(100)] != [*log_lines.make(100, seed=8)]


def test_a_line_has_the_fields_of_a_service() -> None:
    """As docs/drift.md shows them."""
    first = next(log_lines.make(1))
    assert first.startswith(b'{"time":"2026-11-21T10:04:57.462220Z","level":"info","event":"request","request_id":"')
    assert first.endswith(b"}\n")
    assert b'"model":"sentiment-1.0.0","answers":{"label":{"' in first
