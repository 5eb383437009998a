"""The line that says how a test goes."""

import io
from pathlib import Path

from loadtest import settings
from loadtest.progress import Progress
from loadtest.rows import Row, write


def row(kind: str, init: str = "") -> Row:
    return Row(1.0, 0.0, 1.0, "predict", kind, "", init, 0, True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_tells_what_was_added_and_at_which_step(tmp_path: Path):
    """Each row counts once, a cold start beside its kind; on a terminal the line is written over."""
    asked = settings.parse(["--shape", "steps", "--concurrency", "1,4"])
    to = Terminal()
    progress = Progress(asked, tmp_path, to)
    (tmp_path / "steps.csv").write_text("1.0,1\n2.0,4\n")
    write(tmp_path / "rows-1.csv", [row("answered", "cold"), row("throttled")])
    progress.show()
    progress.show()
    first, second = to.getvalue().split("\r")[1:]
    assert first.startswith("\033[Kstep 2 of 2, concurrency 4  per second: ")
    assert ("answered" in first, "cold" in first, "throttled" in first) == (True, True, True)
    assert second.endswith("per second: nothing  in all: 2")


def test_elsewhere_lines_are_few(tmp_path: Path):
    """In a log two looks within a second are one line."""
    to = io.StringIO()
    progress = Progress(settings.parse(["--shape", "rate"]), tmp_path, to)
    progress.show()
    progress.show()
    assert to.getvalue().count("\n") == 1


def test_a_cold_start_is_not_counted_twice(tmp_path: Path):
    """It is an answered request that was cold."""
    to = Terminal()
    progress = Progress(settings.parse(["--shape", "rate"]), tmp_path, to)
    write(tmp_path / "rows-1.csv", [row("answered", "cold")])
    progress.show()
    assert to.getvalue().endswith("in all: 1")
