"""The kinds of expectation: what the answer to a text, or to a text and its partner, must be.

Each kind has the same two members: `holds(answer, partner)`, and its words for a person, `str()`.
Left out: where texts come from (`suite`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Answer(Protocol):
    """What a case looks at; `textmodel.Prediction` is one."""

    @property
    def label(self) -> str: ...
    @property
    def scores(self) -> Mapping[str, float]: ...
    @property
    def warnings(self) -> Sequence[str]: ...


class Expectation(Protocol):
    def holds(self, answer: Answer, partner: Answer) -> bool:
        """Whether it is met; `partner` is the answer itself where a case has no partner."""


@dataclass(frozen=True)
class Labelled:
    """Minimum functionality: the label is this one."""

    label: str

    def holds(self, answer: Answer, _: Answer) -> bool:
        return answer.label == self.label

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class NotLabelled:
    """Minimum functionality, where two labels can be defended: the label is any but this one."""

    label: str

    def holds(self, answer: Answer, _: Answer) -> bool:
        return answer.label != self.label

    def __str__(self) -> str:
        return f"not {self.label}"


@dataclass(frozen=True)
class Higher:
    """Directional expectation: this label's score is higher for the text than for its partner."""

    label: str

    def holds(self, answer: Answer, partner: Answer) -> bool:
        return answer.scores[self.label] > partner.scores[self.label]

    def __str__(self) -> str:
        return f"more {self.label} than its partner"


@dataclass(frozen=True)
class Same:
    """Invariance: the partner's label, and no score more than `bound` from the partner's."""

    bound: float

    def holds(self, answer: Answer, partner: Answer) -> bool:
        gap = max(abs(score - partner.scores[label]) for label, score in answer.scores.items())
        return answer.label == partner.label and gap <= self.bound

    def __str__(self) -> str:
        return f"as its partner, scores within {self.bound}"


@dataclass(frozen=True)
class Warned:
    """The answer carries one of these warnings."""

    codes: tuple[str, ...]

    def holds(self, answer: Answer, _: Answer) -> bool:
        return any(code in answer.warnings for code in self.codes)

    def __str__(self) -> str:
        return f"a warning: {' or '.join(self.codes)}"


@dataclass(frozen=True)
class Silent:
    """The answer carries none of these warnings, so that a model that always warns does not pass."""

    codes: tuple[str, ...]

    def holds(self, answer: Answer, _: Answer) -> bool:
        return not any(code in answer.warnings for code in self.codes)

    def __str__(self) -> str:
        return f"no warning: {', '.join(self.codes)}"
