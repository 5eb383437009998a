"""Progress: a moving bar on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from model_training.progress import Display


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
