"""Out-of-fold answers to accuracy, F1 and their errors: over folds, by class, by the annotators' agreement.

Left out: the formulas (`metrics`), and the probabilities (`calibrate`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import metrics
from .corpus import Corpus, Indices
from .metrics import Estimate, Interval
from .trials import OutOfFold


@dataclass(frozen=True)
class Scores:
    """What one model reaches over all its splits."""

    split_seeds: tuple[int, ...]
    accuracy: Estimate
    macro_f1: Estimate
    by_seed: tuple[tuple[Estimate, Estimate], ...]
    """Accuracy and macro-F1 of each split."""
    by_agreement: dict[float, Interval]
    """Accuracy at each level of the annotators' agreement, highest first; empty where none is known."""
    confusion: Indices
    """(L, L), over all splits: each sentence once a split."""
    by_class: dict[str, list[Interval]]
    """Precision, recall and F1 of each label; empty where they were not asked for."""


def score(corpus: Corpus, splits: Sequence[OutOfFold], seed: int | None) -> Scores:
    """What the answers of each split are worth; `seed` is of the bootstrap by class, None leaves that out."""
    matrices = [[_matrix(corpus, one, fold.judge_on) for fold in one.parts] for one in splits]  # (S, K, L, L)
    pooled = np.sum([matrix for of_split in matrices for matrix in of_split], axis=0)
    accuracies = [[float(metrics.accuracy(matrix)) for matrix in of_split] for of_split in matrices]
    macro_f1s = [[float(metrics.macro_f1(matrix)) for matrix in of_split] for of_split in matrices]
    return Scores(
        split_seeds=tuple(one.split_seed for one in splits),
        accuracy=metrics.estimate(accuracies),
        macro_f1=metrics.estimate(macro_f1s),
        by_seed=tuple(
            (metrics.estimate([accuracy]), metrics.estimate([macro_f1]))
            for accuracy, macro_f1 in zip(accuracies, macro_f1s, strict=True)
        ),
        by_agreement=_by_agreement(corpus, splits),
        confusion=pooled,
        by_class={} if seed is None else metrics.intervals(pooled, seed, repeats=len(splits)),
    )


def _by_agreement(corpus: Corpus, splits: Sequence[OutOfFold]) -> dict[float, Interval]:
    """Each sentence counts once, with the share of the splits that have it right."""
    if corpus.levels is None:
        return {}
    right = np.mean([one.logits.argmax(1) == corpus.targets for one in splits], axis=0)  # (B,)
    of_level = {level: right[corpus.levels == level] for level in corpus.known_levels()}
    return {level: metrics.wilson(float(shares.sum()), len(shares)) for level, shares in of_level.items()}


def _matrix(corpus: Corpus, answers: OutOfFold, part: Indices) -> Indices:
    return metrics.confusion(corpus.targets[part], answers.logits[part].argmax(1), len(corpus.labels))
