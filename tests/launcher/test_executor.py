"""Steps are done one by one and noted before and after; where one fails, all is undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.errors import AwsError, EngineError
from launcher.executor import Journal, execute
from launcher.steps import Schedule, Step, Submit, Upload

from .test_plan import made


class Doing:
    """Does what it is told and remembers; `fails` names the step that does not go well."""

    def __init__(self, fails: str = "", error: BaseException | None = None) -> None:
        self.done: list[str] = []
        self._fails, self._error = fails, error

    def __call__(self, step: Step) -> str:
        if step.name == self._fails and self._error:
            raise self._error
        self.done.append(step.name)
        return f"{step.name} is done"

    def undo(self) -> None:
        self.done.append("undone")


def steps() -> tuple[Step, ...]:
    return Schedule(made()), Upload(made()), Submit(made())


def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "état" / "journal.jsonl"), lambda: 1.0)


def test_all_steps_are_done_in_order(tmp_path: Path):
    doing, noted = Doing(), journal(tmp_path)
    execute(steps(), doing, doing.undo, noted, lambda _: None)
    assert doing.done == ["Schedule", "Upload", "Submit"]
    assert [(line.step, line.state) for line in noted.lines()][-2:] == [("Submit", "begun"), ("Submit", "done")]


@pytest.mark.parametrize("error", [EngineError("no"), KeyboardInterrupt(), SystemExit(1)])
def test_where_one_fails_all_is_undone(tmp_path: Path, error: BaseException):
    """Whatever ends it, Ctrl-C too; the error itself goes on."""
    doing, noted = Doing("Upload", error), journal(tmp_path)
    with pytest.raises(type(error)):
        execute(steps(), doing, doing.undo, noted, lambda _: None)
    assert doing.done == ["Schedule", "undone"]
    assert [(line.step, line.state) for line in noted.lines()] == [
        ("Schedule", "begun"), ("Schedule", "done"), ("Upload", "begun"), ("Upload", "failed"), ("Undo", "begun"),
        ("Undo", "done"),
    ]  # fmt: skip


def test_the_first_error_is_the_one_that_is_raised(tmp_path: Path):
    """Where the undoing fails too, a person is told to sweep."""
    told: list[str] = []
    doing, noted = Doing("Upload", EngineError("the cause")), journal(tmp_path)

    def undo() -> None:
        raise AwsError("batch.x", "Throttling", "")

    with pytest.raises(EngineError, match="the cause"):
        execute(steps(), doing, undo, noted, told.append)
    assert "sweep" in told[-1]
    assert list(noted.lines())[-1].state == "failed"


def test_a_journal_that_was_cut_off_is_read_up_to_there(tmp_path: Path):
    noted = journal(tmp_path)
    noted.note("Upload", "begun")
    with open(tmp_path / "état" / "journal.jsonl", "a", encoding="utf-8") as file:
        file.write('{"at_s": 1.0, "st')
    assert [line.step for line in noted.lines()] == ["Upload"]
