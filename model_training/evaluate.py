"""Cross-validation: what a recipe reaches on sentences it was not fitted to, fold by fold.

Everything is fitted inside the fold, vocabulary included. Sentences with the same terms, which no
model can tell apart, always share a fold. Left out: what the numbers look like (`card`, `plots`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from textmodel.tokens import RULES

from . import features, metrics, network
from .metrics import Estimate, Interval
from .recipes import Recipe

Indices = NDArray[np.intp]
Fold = tuple[Indices, Indices]
"""Indices of the sentences to fit to, and of those to judge on."""


@dataclass(frozen=True)
class Corpus:
    """Sentences with their targets, and for each whether all annotators agree (None: not known)."""

    texts: NDArray[np.object_]
    targets: Indices
    labels: tuple[str, ...]
    agreed: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Scores:
    """What one model reaches: means over folds, and its out-of-fold confusion matrix."""

    accuracy: Estimate
    macro_f1: Estimate
    all_agree: Estimate | None
    confusion: Indices
    by_class: dict[str, list[Interval]]


@dataclass(frozen=True)
class Results:
    """All that cross-validation found out."""

    folds: int
    ours: Scores
    original: Scores
    majority: Scores
    curve_sizes: tuple[int, ...]
    curve_accuracy: tuple[Estimate, ...]
    curve_macro_f1: tuple[Estimate, ...]


def folds(corpus: Corpus, token_rule: int, count: int, seed: int) -> list[Fold]:
    """Stratified folds that never part two sentences with the same set of terms."""
    rule = RULES[token_rule]
    numbers: dict[frozenset[str], int] = {}
    groups = [numbers.setdefault(frozenset(rule(text)), len(numbers)) for text in corpus.texts]
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return list(splitter.split(corpus.texts, corpus.targets, groups))


def out_of_fold(
    recipe: Recipe,
    corpus: Corpus,
    parts: Iterable[Fold],
    seed: int,
    on_epoch: Callable[[], None],
    share: float = 1.0,
) -> Indices:
    """The predicted label of every sentence (B,), by a network fitted to `share` of the other folds."""
    predicted = np.empty(len(corpus.targets), np.intp)
    for fit_on, judge_on in parts:
        chosen = subset(fit_on, corpus.targets, share, seed)
        vectorizer = features.fit(recipe, corpus.texts[chosen].tolist())
        model = network.fit(
            recipe,
            features.dense(vectorizer, corpus.texts[chosen].tolist()),
            corpus.targets[chosen],
            len(corpus.labels),
            seed,
            on_epoch,
        )
        logits = network.predict(model, features.dense(vectorizer, corpus.texts[judge_on].tolist()))
        predicted[judge_on] = logits.argmax(1)
    return predicted


def majority(corpus: Corpus, parts: Sequence[Fold]) -> Indices:
    """The baseline: always the most frequent label of the other folds."""
    predicted = np.empty(len(corpus.targets), np.intp)
    for fit_on, judge_on in parts:
        predicted[judge_on] = np.bincount(corpus.targets[fit_on]).argmax()
    return predicted


def subset(indices: Indices, targets: Indices, share: float, seed: int) -> Indices:
    """`share` of each label's sentences, at least one; a smaller share is part of a larger one.

    >>> subset(np.arange(6), np.array([0, 0, 0, 0, 1, 1]), 0.5, seed=0).size
    3
    """
    if share == 1.0:
        return indices
    shuffled = np.random.default_rng(seed).permutation(indices)
    of_label = [shuffled[targets[shuffled] == label] for label in np.unique(targets[indices])]
    return np.concatenate([members[: max(1, round(share * len(members)))] for members in of_label])


def score(corpus: Corpus, predicted: Indices, parts: Sequence[Fold], seed: int) -> Scores:
    """Out-of-fold predictions (B,) to means over folds and per-class values with intervals."""
    matrices = [_matrix(corpus, predicted, judge_on) for _, judge_on in parts]
    pooled = np.sum(matrices, axis=0)
    return Scores(
        accuracy=metrics.estimate([float(metrics.accuracy(m)) for m in matrices]),
        macro_f1=metrics.estimate([float(metrics.macro_f1(m)) for m in matrices]),
        all_agree=_all_agree(corpus, predicted, parts),
        confusion=pooled,
        by_class=metrics.intervals(pooled, seed),
    )


def _all_agree(corpus: Corpus, predicted: Indices, parts: Sequence[Fold]) -> Estimate | None:
    if corpus.agreed is None:
        return None
    judged = [judge_on[corpus.agreed[judge_on]] for _, judge_on in parts]
    return metrics.estimate([float(metrics.accuracy(_matrix(corpus, predicted, part))) for part in judged])


def _matrix(corpus: Corpus, predicted: Indices, part: Indices) -> Indices:
    return metrics.confusion(corpus.targets[part], predicted[part], len(corpus.labels))
