"""What a model answers: a prediction, and one for every sentence of a text.

Left out: how it is found (`model`), and why (`explain`).
"""

from typing import NamedTuple, Self

from .doubts import NOT_ENGLISH, TOO_SHORT, UNKNOWN_WORDS
from .reliability import TARGET_NOT_MET

WARNINGS = (TOO_SHORT, UNKNOWN_WORDS, NOT_ENGLISH, TARGET_NOT_MET)
"""All that a prediction may hold, in its order."""


class Prediction(NamedTuple):
    """One answer; scores are probabilities that sum to 1, to six digits."""

    label: str
    score: float
    scores: dict[str, float]
    model: str
    reliable: bool
    """The score reaches the threshold of the target, and there is no warning."""
    target: float
    """The accuracy that was asked for."""
    coverage: float
    """The share of texts, in cross-validation, whose score reaches that threshold; 0 where none is high enough."""
    known: float
    """The share of the text's words that the model knows, to two digits; 0 for a text without words."""
    warnings: tuple[str, ...]
    """Codes, as in `doubts` and `reliability`."""


class Sentence(NamedTuple):
    """The answer to one sentence, text[start:end]."""

    start: int
    end: int
    label: str
    score: float
    scores: dict[str, float]
    reliable: bool
    known: float
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, place: tuple[int, int], answer: Prediction) -> Self:
        """A sentence's answer at its place."""
        return cls(*place, answer.label, answer.score, answer.scores, answer.reliable, answer.known, answer.warnings)


class Document(NamedTuple):
    """A text's answer from its sentences, and theirs."""

    prediction: Prediction
    sentences: list[Sentence]
