"""The sentences of a run as arrays, and how they are split: folds for judging, parts for the learning curve.

Sentences with the same terms, which no model can tell apart, always share a fold.
Left out: what is fitted to the parts (`fits`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from textmodel.tokens import RULES

from .request import Prepared

Indices = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fold:
    """Indices of the sentences to fit to, and of those to judge on."""

    fit_on: Indices
    judge_on: Indices


@dataclass(frozen=True)
class Corpus:
    """B sentences with their targets (B,), and the agreement level of each (B,), NaN where not known."""

    texts: NDArray[np.object_]
    targets: Indices
    labels: tuple[str, ...]
    levels: Floats | None = None

    def known_levels(self) -> list[float]:
        """The levels that there are, highest first."""
        return [] if self.levels is None else sorted({*self.levels[~np.isnan(self.levels)].tolist()}, reverse=True)


def of(prepared: Prepared) -> Corpus:
    """The sentences that a run uses."""
    dataset, agreed = prepared.dataset, prepared.agreement
    return Corpus(
        np.array(dataset.texts, dtype=object),
        np.array(dataset.targets, dtype=np.intp),
        dataset.labels,
        np.array(agreed.levels, dtype=np.float64) if agreed else None,  # None becomes NaN
    )


def folds(corpus: Corpus, token_rule: int, count: int, seed: int) -> list[Fold]:
    """Stratified folds that never part two sentences with the same set of terms."""
    rule = RULES[token_rule]
    numbers: dict[frozenset[str], int] = {}
    groups = [numbers.setdefault(frozenset(rule(text)), len(numbers)) for text in corpus.texts]
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return [Fold(*parts) for parts in splitter.split(corpus.texts, corpus.targets, groups)]


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
