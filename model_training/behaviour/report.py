"""Asks a model every case of its suite, and holds what passed against the groups' floors.

Left out: how the report looks on a terminal (`table`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import TrainingError
from .expectations import Answer
from .suite import Case, Group, Suite, load


class Classifier(Protocol):
    """What is asked; `textmodel.Model` is one."""

    def classify_many(self, texts: Sequence[str], /) -> Sequence[Answer]: ...


class BehaviourError(TrainingError):
    """A model passes too few cases of these groups to be exported: `groups`."""

    def __init__(self, groups: Sequence["GroupResult"]) -> None:
        found = ", ".join(f"{result.group.name} {result.rate:.0%}" for result in groups)
        floors = ", ".join(f"{result.group.name} {result.group.floor:.0%}" for result in groups)
        super().__init__(f"behaviour: expected at least {floors} of the cases to pass, found {found}")
        self.groups = tuple(result.group.name for result in groups)


@dataclass(frozen=True)
class Result:
    """A case with its answers; `partner` is the answer itself where the case has no partner."""

    case: Case
    answer: Answer
    partner: Answer

    @property
    def passed(self) -> bool:
        return self.case.expectation.holds(self.answer, self.partner)


@dataclass(frozen=True)
class GroupResult:
    """One group's results, in the order of its cases."""

    group: Group
    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def rate(self) -> float:
        """Share of the cases that passed, 0 to 1."""
        return self.passed / len(self.results)

    @property
    def failures(self) -> list[Result]:
        return [result for result in self.results if not result.passed]

    @property
    def holds(self) -> bool:
        """Whether the floor is reached."""
        return self.rate >= self.group.floor


@dataclass(frozen=True)
class Report:
    """Every group's results, in the order of the groups' file."""

    groups: tuple[GroupResult, ...]

    @property
    def cases(self) -> int:
        return sum(len(result.results) for result in self.groups)

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.groups)

    @property
    def below(self) -> list[GroupResult]:
        """The groups under their floor."""
        return [result for result in self.groups if not result.holds]

    def rates(self) -> dict[str, float]:
        """Group to the share of its cases that passed, to four digits: for a manifest or a card."""
        return {result.group.name: round(result.rate, 4) for result in self.groups}


def run(model: Classifier, suite: Suite | None = None) -> Report:
    """What `model` answers to every case of `suite`, by default sentiment's."""
    suite = suite or load()
    texts = list(dict.fromkeys(t for case in suite.cases for t in (case.text, case.partner) if t is not None))
    answers = dict(zip(texts, model.classify_many(texts), strict=True))
    return Report(tuple(GroupResult(group, _results(group, suite.cases, answers)) for group in suite.groups))


def check(model: Classifier, suite: Suite | None = None) -> Report:
    """As `run`, for a model that is to be exported.

    Raises: BehaviourError naming every group below its floor.
    """
    report = run(model, suite)
    if report.below:
        raise BehaviourError(report.below)
    return report


def _results(group: Group, cases: Sequence[Case], answers: Mapping[str, Answer]) -> tuple[Result, ...]:
    return tuple(
        Result(case, answers[case.text], answers[case.text if case.partner is None else case.partner])
        for case in cases
        if case.group == group.name
    )
