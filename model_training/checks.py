"""What a task's network must hold to be published, beside being no worse than the one in place.

Left out: the behaviour suite itself (`behaviour`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from textmodel import Model

from .behaviour import check
from .tasks import SENTIMENT, Task

Check = Callable[[Model], Mapping[str, Any]]
"""Gives plain values for the manifest's metrics, or raises a TrainingError that says what is not held."""


def of(task: Task) -> dict[str, Check]:
    """The checks of a task, by their name in the manifest's metrics."""
    return {"behaviour": behaves} if task == SENTIMENT else {}


def behaves(model: Model) -> dict[str, Any]:
    """How many cases of each group of the behaviour suite pass.

    Raises: BehaviourError when a group is below its floor.
    """
    return {
        found.group.name: {"passed": found.passed, "cases": len(found.results), "floor": found.group.floor}
        for found in check(model).groups
    }
