"""Errors: one tree, a fix with each, an exit code that tells who has to act."""

import doctest
import importlib
import pickle
from pathlib import Path

import pytest

from launcher import codes, errors
from launcher.errors import LauncherError

ROOM = Path(__file__).parents[2] / "launcher"
MODULES = sorted(
    ".".join(path.relative_to(ROOM.parent).with_suffix("").parts)
    for path in ROOM.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8") and "example" not in path.parts
)
KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, LauncherError)]
MADE = [
    (errors.OptionsError("x", "y"), 2),
    (errors.ProjectError("x", "y"), 2),
    (errors.SecretError([(".env", "its name")] * 7), 2),
    (errors.NotEmptyError("/tmp/été"), 2),  # noqa: S108
    (errors.CheckError(["one", "two"]), 2),
    (errors.PlanError("x", "y"), 2),
    (errors.MoneyError("x", "y"), 2),
    (errors.UnknownRun("20260102-101500-ab12"), 2),
    (errors.ManifestError("x", "y"), 2),
    (errors.StorageError("x", "y"), 1),
    (errors.StorageUnreachable("x", "y"), 75),
    (errors.DamagedError("blobs/1", "a", "b"), 1),
    (errors.EngineError("x", "y"), 1),
    (errors.AwsError("batch.submit_job", "SlowDown", ""), 75),
    (errors.AwsError("batch.submit_job", "AccessDenied", "no"), 2),
    (errors.AwsError("batch.submit_job", "ClientException", "no"), 1),
    (errors.RunFailed("x", 3, "y"), 1),
    (errors.LeftBehind([f"launcher-{n}" for n in range(12)]), 1),
    (errors.Stopped(2), 130),
    (errors.Stopped(15), 143),
]


def test_every_error_is_tried_here():
    """No class is forgotten."""
    assert {type(error) for error, _ in MADE} | {LauncherError} == set(KINDS)


@pytest.mark.parametrize(("error", "code"), MADE, ids=lambda value: type(value).__name__)
def test_an_error_has_its_code_and_one_line(error: LauncherError, code: int):
    """The exit code tells who has to act; the sentence and the fix are a line each; both survive another process."""
    assert codes.of(error) == code
    assert "\n" not in str(error) + error.fix
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # what was made a moment ago
    assert (type(again), str(again), again.fix, vars(again)) == (type(error), str(error), error.fix, vars(error))


def test_the_tree_is_drawn_whole():
    """The docstring names every class there is."""
    assert [kind.__name__ for kind in KINDS if kind.__name__ not in (errors.__doc__ or "")] == []


def test_long_lists_are_cut():
    """A thousand names are no sentence."""
    assert str(errors.SecretError([("a", "b")] * 7)).endswith("; and 2 more")
    assert str(errors.LeftBehind(["a"] * 12)).endswith("a and 2 more")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example in a docstring of the room gives what it shows."""
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
