"""Ctrl-C during a run: what shall become of it? Asked where a person can answer; else it is destroyed.

Left out: doing it (`flow`).
"""

import sys
from collections.abc import Callable

from ..flow import Choice
from ..progress import Progress

_ANSWERS = {"l": Choice.LEAVE, "d": Choice.DESTROY, "w": Choice.WAIT}
QUESTION = "run {}: [l]eave it running, [d]estroy it, or [w]ait on? "


def asker(
    progress: Progress, said: Choice | None, read: Callable[[str], str] = input, *, can_answer: bool | None = None
) -> Callable[[str], Choice]:
    """A function that asks; `said` by --on-interrupt is the answer without a question."""

    def ask(run_id: str) -> Choice:
        progress.still()
        if said is None and (sys.stdin.isatty() if can_answer is None else can_answer):
            return _asked(QUESTION.format(run_id), read)
        return said or Choice.DESTROY

    return ask


def _asked(question: str, read: Callable[[str], str]) -> Choice:
    """Until it is answered; a second Ctrl-C and the end of input mean destroy, so that nothing costs on unseen."""
    while True:
        try:
            answer = read(question).strip().lower()
        except (KeyboardInterrupt, EOFError):
            return Choice.DESTROY
        if answer[:1] in _ANSWERS and Choice(_ANSWERS[answer[:1]]).value.startswith(answer):
            return _ANSWERS[answer[:1]]
