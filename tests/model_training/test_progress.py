"""Progress: a moving bar on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from model_training.progress import Display


def test_the_time_left_is_told_once_there_is_something_to_tell_it_by() -> None:
    """Four of a hundred epochs in two minutes are too few; ten in five leave forty-five."""
    file, now_s = io.StringIO(), iter([0.0, 120.0, 300.0, 300.0])
    with Display(100, Console(file=file, width=100), lambda: next(now_s)) as display:
        display.completed(4)
        display.stage("early")
        display.completed(10)
        display.stage("later")

    assert file.getvalue() == "early ...\nlater ... about 45 min left\n"


def show(*, terminal: bool) -> str:
    file = io.StringIO()
    with Display(2, Console(file=file, force_terminal=terminal, width=100)) as display:
        display.stage("network, fold 1 of 2")
        display.advance()
        display.stage("network, fold 2 of 2")
        display.advance()
    return file.getvalue()


def test_a_log_gets_a_line_a_stage() -> None:
    assert show(terminal=False) == "network, fold 1 of 2 ...\nnetwork, fold 2 of 2 ...\n"


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    shown = show(terminal=True)

    assert "2/2" in shown
    assert "network, fold 2 of 2" in shown
