"""A loaded model: one text or many to labels with probabilities.

    text -> bag of rows (vectorizer) -> logits (network) -> softmax(logits / temperature) -> Prediction

Left out: how an artifact is stored (`artifact`) and what a service adds to an answer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from . import artifact as artifacts
from .artifact import Artifact
from .errors import ArtifactGolden, TextError
from .network import Network
from .tokens import RULES
from .vectorizer import Vectorizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS = 6
GOLDEN_TOLERANCE = 1.5e-6  # one unit of the last digit, as rounded scores are compared
_CHUNK = 1024
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Prediction(NamedTuple):
    """One answer; scores are probabilities that sum to 1, to six digits."""

    label: str
    score: float
    scores: dict[str, float]
    model: str


class Model:
    """An artifact ready to answer; one is made per process and shared by its threads."""

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact
        self.name = f"{artifact.task}-{artifact.version}"
        self.labels = artifact.labels
        self.temperature = artifact.temperature
        self.vectorizer = Vectorizer(RULES[artifact.token_rule], artifact.terms)
        self.network = Network(artifact.layers)

    def classify(self, text: str) -> Prediction:
        """The label of one text, in the standard library alone.

        Raises: TextError when `text` is no str; any str has an answer.
        """
        return self._prediction(self.probabilities(text))

    def classify_many(self, texts: Sequence[str]) -> list[Prediction]:
        """The labels of many texts, in order: as `classify` for each, by NumPy.

        Raises: TextError when one is no str.
        """
        rows = (row for start in range(0, len(texts), _CHUNK) for row in self._chunk(texts[start : start + _CHUNK]))
        return [self._prediction(row) for row in rows]

    def probabilities(self, text: str) -> list[float]:
        """One text to (L,) probabilities, not rounded."""
        if not isinstance(text, str):
            raise TextError(type(text).__name__)
        return _softmax(self.network.logits(*self.vectorizer.bag(text)), self.temperature)

    def probabilities_many(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """B texts to (B, L) probabilities, not rounded; at most 1e-6 from `probabilities` of each."""
        import numpy as np

        if isinstance(texts, str):  # a sequence of its letters, which nobody means
            raise TextError("one str where many were expected")
        for text in texts:
            if not isinstance(text, str):
                raise TextError(type(text).__name__)
        logits = self.network.logits_many([self.vectorizer.bag(text) for text in texts])  # (B, L)
        exponentials: NDArray[np.float64] = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
        exponentials /= exponentials.sum(axis=1, keepdims=True)
        return exponentials

    def _chunk(self, texts: Sequence[str]) -> list[list[float]]:
        rows: list[list[float]] = self.probabilities_many(texts).tolist()
        return rows

    def _prediction(self, probabilities: list[float]) -> Prediction:
        scores = [round(p, DIGITS) for p in probabilities]
        best = scores.index(max(scores))  # of equal scores the first, however their last bits came out
        return Prediction(self.labels[best], scores[best], dict(zip(self.labels, scores, strict=True)), self.name)

    def check_goldens(self) -> None:
        """Every golden input still gives its golden output.

        Raises: ArtifactGolden, naming the first that does not.
        """
        path = os.path.join("saved_model", self.artifact.task, artifacts.MANIFEST)
        for number, golden in enumerate(self.artifact.goldens):
            found = self.classify(golden["text"]).scores
            expected = golden["scores"]
            if found.keys() != expected.keys() or any(
                not abs(found[label] - expected[label]) <= GOLDEN_TOLERANCE for label in found
            ):
                raise ArtifactGolden(path, f"golden {number} {expected}", found)


def load(task: str = "sentiment", root: str = ROOT) -> Model:
    """The model of the pair below `root`, checked whole.

    Raises: ArtifactError, by the first check that fails.
    """
    model = Model(artifacts.read(root, task))
    model.check_goldens()
    return model


def _softmax(logits: list[float], temperature: float) -> list[float]:
    """Logits (L,) to probabilities, without overflow.

    >>> _softmax([0.0, 0.0], 1.0)
    [0.5, 0.5]
    """
    largest = max(logits)
    exponentials = [exp((x - largest) / temperature) for x in logits]
    total = sum(exponentials)
    return [x / total for x in exponentials]
