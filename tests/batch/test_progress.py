"""How far a run is: exact numbers, a rate without what was skipped, time left, never too many lines."""

import io

import pytest

from batch.progress import EVERY_S, Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_tells_rows_rate_and_time_left():
    """Rows that were there already count for how far it is, not for how quick."""
    clock = Clock()
    progress = Progress(io.StringIO(), clock)
    progress.total = 10_000
    progress.add(done=1000, doubtful=20, rejected=3)
    progress.add(skipped=4000)
    clock.now = 10.0
    expected = "5,000 of 10,000 rows, 100 a second, 4,000 were there, 20 doubtful, 3 rejected, 50 s left"
    assert progress.line() == expected


def test_without_a_total_nobody_knows_the_time_left():
    """And no time has passed at the start."""
    assert Progress(io.StringIO(), Clock()).line() == "0 rows, 0 a second, 0 doubtful, 0 rejected"


def test_a_file_gets_a_line_now_and_then():
    """Not one for each chunk; what a person must know comes at once."""
    clock, to = Clock(), io.StringIO()
    progress = Progress(to, clock)
    for _ in range(100):
        clock.now += EVERY_S / 10
        progress.show()
    progress.say("Process 7 was ended.")
    lines = to.getvalue().splitlines()
    assert (len(lines), lines[-1]) == (11, "Process 7 was ended.")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch):
    """Which is gone at the end, but for what was said."""
    monkeypatch.setenv("TERM", "xterm")
    to = Terminal()
    with Progress(to, Clock()) as progress:
        progress.add(done=5)
        progress.show()
        progress.say("a [line] of words")
    assert "a [line] of words" in to.getvalue()
    assert "\x1b[" in to.getvalue()
