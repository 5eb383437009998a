"""A recipe judged on the folds of one split, and baselines beside it: what each says of sentences it did not see.

Left out: the fitting itself (`fits`), and what the answers are worth (`scores`, `calibrate`, `coverage`).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from . import features, fits
from .corpus import Corpus, Floats, Fold
from .fits import Answers, Fit
from .progress import Display
from .recipes import Recipe


@dataclass(frozen=True)
class Trial:
    """A recipe, and the folds to judge it on, which `split_seed` made."""

    name: str
    recipe: Recipe
    split_seed: int
    parts: Sequence[Fold]

    def fits(self, corpus: Corpus, seed: int) -> list[Fit]:
        """A network a fold."""
        stage = f"{self.name}, split {self.split_seed}, fold"
        return [
            Fit(f"{stage} {n} of {len(self.parts)}", self.recipe, corpus, fold, seed)
            for n, fold in enumerate(self.parts, 1)
        ]


@dataclass(frozen=True)
class OutOfFold:
    """The answers on all sentences of one split, each by a network that was not fitted to it."""

    split_seed: int
    parts: Sequence[Fold]
    logits: NDArray[np.float32]
    """(B, L)."""
    known: Floats
    """(B,)."""


def judge(trials: Sequence[Trial], corpus: Corpus, seed: int, jobs: int, display: Display) -> list[OutOfFold]:
    """The out-of-fold answers of every trial, in order, by networks of `seed` fitted in `jobs` processes."""
    every = [fit for trial in trials for fit in trial.fits(corpus, seed)]
    answers = iter(fits.run(every, jobs, display))
    return [_joined(one.split_seed, one.parts, [next(answers) for _ in one.parts]) for one in trials]


def majority(corpus: Corpus, split_seed: int, parts: Sequence[Fold]) -> OutOfFold:
    """The baseline: always the most frequent label of the other folds."""
    labels = np.eye(len(corpus.labels), dtype=np.float32)
    frequent = [np.bincount(corpus.targets[fold.fit_on]).argmax() for fold in parts]
    answers = [
        Answers(np.tile(labels[label], (len(fold.judge_on), 1)), np.zeros(len(fold.judge_on)))
        for label, fold in zip(frequent, parts, strict=True)
    ]
    return _joined(split_seed, parts, answers)


def logistic(recipe: Recipe, corpus: Corpus, split_seed: int, parts: Sequence[Fold], display: Display) -> OutOfFold:
    """The baseline that anyone would try: scikit-learn's logistic regression on the recipe's own features."""
    display.stage(f"logistic regression, split {split_seed}")
    answers = []
    for fold in parts:
        texts = corpus.texts[fold.fit_on].tolist()
        vectorizer = features.fit(recipe, texts)
        fitted = LogisticRegression(C=10.0, tol=1e-3, max_iter=100)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # near enough for a comparison
            fitted.fit(vectorizer.transform(texts), corpus.targets[fold.fit_on])
        asked = corpus.texts[fold.judge_on].tolist()
        answers.append(Answers(_logits(fitted, vectorizer.transform(asked), len(corpus.labels)), np.zeros(len(asked))))
    return _joined(split_seed, parts, answers)


def _logits(fitted: Any, asked: Any, labels: int) -> NDArray[np.float32]:
    """(B, L); a label that the fold did not have is the least likely of all."""
    chances = fitted.predict_log_proba(asked)
    logits = np.full((len(chances), labels), chances.min() - 1, dtype=np.float32)
    logits[:, fitted.classes_] = chances
    return logits


def _joined(split_seed: int, parts: Sequence[Fold], answers: Sequence[Answers]) -> OutOfFold:
    """The folds' answers in the order of the sentences."""
    order = np.argsort(np.concatenate([fold.judge_on for fold in parts]))
    logits, known = (np.concatenate(of_folds)[order] for of_folds in zip(*answers, strict=True))
    return OutOfFold(split_seed, parts, logits, known)
