"""A loaded model: one text or many to labels with probabilities.

    text -> bag of rows (vectorizer) -> logits (network) -> softmax(logits / temperature) -> Prediction
                                   the target's bar (reliability) and the text's own doubts (doubts) ---^

Left out: how an artifact is stored (`artifact`) and what a service adds to an answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from math import exp, fsum
from typing import TYPE_CHECKING

from . import artifact as artifacts
from .artifact import Artifact
from .doubts import ENOUGH, doubts
from .errors import ArtifactGolden, TextError
from .network import Network
from .prediction import Document, Prediction, Sentence
from .reliability import DEFAULT_TARGET, Bars
from .tokens import RULES
from .vectorizer import Bag, Vectorizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .explain import Explanation

DIGITS = 6
GOLDEN_TOLERANCE = 1.5e-6  # one unit of the last digit, as rounded scores are compared
_CHUNK = 1024
_FEW = 64  # sentences that are answered one by one, so that a short text does not import NumPy
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Model:
    """An artifact ready to answer; one is made per process and shared by its threads."""

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact
        self.name = f"{artifact.task}-{artifact.version}"
        self.labels = artifact.labels
        self.temperature = artifact.temperature
        self.vectorizer = Vectorizer(RULES[artifact.token_rule], artifact.terms)
        self.network = Network(artifact.layers)
        self._bar = Bars(artifact.reliability).bar
        self._english = artifact.language == "en"
        self._enough = ENOUGH[artifact.min_words]

    def classify(self, text: str, target: float = DEFAULT_TARGET) -> Prediction:
        """The label of one text, in the standard library alone.

        Raises: TextError when `text` is no str, any str has an answer; TargetError when `target` is no
        number between 0 and 1.
        """
        bag = self._bag(text)
        probabilities = _softmax(self.network.logits(bag.rows, bag.value), self.temperature)
        return self._prediction(text, bag.known, _rounded(probabilities), target)

    def classify_many(self, texts: Sequence[str], target: float = DEFAULT_TARGET) -> list[Prediction]:
        """The labels of many texts, in order: as `classify` for each, by NumPy.

        Raises: as `classify`.
        """
        answers: list[Prediction] = []
        for start in range(0, len(texts), _CHUNK):
            chunk = texts[start : start + _CHUNK]
            bags = self._bags(chunk)
            rows: list[list[float]] = self._probabilities_of(bags).tolist()
            for text, bag, row in zip(chunk, bags, rows, strict=True):
                answers.append(self._prediction(text, bag.known, _rounded(row), target))
        return answers

    def by_sentence(self, text: str, target: float = DEFAULT_TARGET) -> Document:
        """Every sentence's answer, and the text's: the mean of their scores, to six digits.

        By calibration that mean is the share of sentences with a label, so the text is reliable where the
        share of its label reaches the target's threshold; `known` and warnings are the whole text's. A text
        without sentences is answered by `classify`.
        Raises: as `classify`.
        """
        from .sentences import spans  # 2 ms of a cold start, for what few requests ask for

        whole = self.classify(text, target)
        places = spans(text)
        if not places:
            return Document(whole, [])
        parts = [text[start:end] for start, end in places]
        many = len(parts) > _FEW
        answers = self.classify_many(parts, target) if many else [self.classify(part, target) for part in parts]
        scores = [round(fsum(a.scores[label] for a in answers) / len(answers), DIGITS) for label in self.labels]
        sentences = [Sentence.of(place, answer) for place, answer in zip(places, answers, strict=True)]
        return Document(self._prediction(text, whole.known, scores, target), sentences)

    def explain(self, text: str) -> Explanation:
        """What spoke for the label of one text and what against it.

        Raises: TextError when `text` is no str.
        """
        from .explain import explain  # what few requests ask for is imported by the first that does

        return explain(self, text)

    def probabilities(self, text: str) -> list[float]:
        """One text to (L,) probabilities, not rounded."""
        bag = self._bag(text)
        return _softmax(self.network.logits(bag.rows, bag.value), self.temperature)

    def probabilities_many(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """B texts to (B, L) probabilities, not rounded; at most 1e-6 from `probabilities` of each."""
        return self._probabilities_of(self._bags(texts))

    def _probabilities_of(self, bags: Sequence[Bag]) -> NDArray[np.float64]:
        import numpy as np

        logits = self.network.logits_many([(bag.rows, bag.value) for bag in bags])  # (B, L)
        exponentials: NDArray[np.float64] = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
        exponentials /= exponentials.sum(axis=1, keepdims=True)
        return exponentials

    def _bags(self, texts: Sequence[str]) -> list[Bag]:
        if isinstance(texts, str):  # a sequence of its letters, which nobody means
            raise TextError("one str where many were expected")
        return [self._bag(text) for text in texts]

    def _bag(self, text: str) -> Bag:
        if not isinstance(text, str):
            raise TextError(type(text).__name__)
        return self.vectorizer.bag(text)

    def _prediction(self, text: str, known: float, scores: list[float], target: float) -> Prediction:
        """The answer of L scores, rounded."""
        bar = self._bar(target)
        score = max(scores)
        label = self.labels[scores.index(score)]  # of equal scores the first, however their last bits came out
        warnings = doubts(text, known, english=self._english, enough=self._enough) + bar.warnings
        by_label = dict(zip(self.labels, scores, strict=True))
        reliable = score >= bar.threshold and not warnings
        return Prediction(label, score, by_label, self.name, reliable, target, bar.coverage, known, warnings)

    def check_goldens(self) -> None:
        """Every golden input still gives its golden output.

        Raises: ArtifactGolden, naming the first that does not.
        """
        path = os.path.join("saved_model", self.artifact.task, artifacts.MANIFEST)
        for number, golden in enumerate(self.artifact.goldens):
            scores = _rounded(self.probabilities(golden["text"]))
            found = dict(zip(self.labels, scores, strict=True))
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


def _rounded(probabilities: Iterable[float]) -> list[float]:
    return [round(p, DIGITS) for p in probabilities]


def _softmax(logits: list[float], temperature: float) -> list[float]:
    """Logits (L,) to probabilities, without overflow.

    >>> _softmax([0.0, 0.0], 1.0)
    [0.5, 0.5]
    """
    largest = max(logits)
    exponentials = [exp((x - largest) / temperature) for x in logits]
    total = sum(exponentials)
    return [x / total for x in exponentials]
