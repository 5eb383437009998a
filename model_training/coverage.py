"""How much accuracy is bought by answering less: for each score threshold, the share kept and how often it is right.

From out-of-fold probabilities over all splits, at the temperature that is served. The threshold of a target
is chosen by the same rule as in serving (`textmodel.reliability`); what it reaches is also measured on folds
that it was not chosen on. Left out: the temperature (`calibrate`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textmodel import reliability

from .corpus import Floats, Fold, Indices

FLOOR = 100
"""A threshold that fewer sentences reach has no row: ten errors more or less would be ten points."""
TARGETS = (0.8, 0.85, 0.9, 0.95)
Row = tuple[float, float, float]
"""Threshold, coverage, accuracy."""


@dataclass(frozen=True)
class Reached:
    """What the threshold of one target keeps."""

    target: float
    threshold: float
    coverage: float
    accuracy: float
    """Of the sentences kept, among those by which the threshold was chosen."""
    held_out: float | None
    """Of the sentences kept in each fold by the threshold chosen on the others; None where none is kept."""


def rows(probabilities: Sequence[Floats], targets: Indices) -> tuple[Row, ...]:
    """The table of a model, from each split's probabilities (B, L): thresholds by .01, from 1 / L to .99."""
    return _rows(np.concatenate(probabilities), np.tile(targets, len(probabilities)), FLOOR * len(probabilities))


def reached(
    table: Sequence[Row], probabilities: Sequence[Floats], targets: Indices, parts: Sequence[Sequence[Fold]]
) -> tuple[Reached, ...]:
    """What each of TARGETS keeps; a target that is met at no threshold is left out."""
    found = []
    for target in TARGETS:
        if chosen := reliability.threshold(table, target):
            threshold, coverage = chosen
            accuracy = next(right for at, _, right in table if at == threshold)
            held_out = _held_out(target, probabilities, targets, parts)
            found.append(Reached(target, threshold, coverage, accuracy, held_out))
    return tuple(found)


def _rows(probabilities: Floats, targets: Indices, floor: int) -> tuple[Row, ...]:
    scores, right = probabilities.max(1), probabilities.argmax(1) == targets
    found = []
    for hundredths in range(-(-100 // probabilities.shape[1]), 100):
        kept = scores >= hundredths / 100
        if kept.sum() >= floor:
            found.append((hundredths / 100, round(float(kept.mean()), 4), round(float(right[kept].mean()), 4)))
    return tuple(found)


def _held_out(
    target: float, probabilities: Sequence[Floats], targets: Indices, parts: Sequence[Sequence[Fold]]
) -> float | None:
    right: list[bool] = []
    for split, folds in zip(probabilities, parts, strict=True):
        for fold in folds:
            if chosen := reliability.threshold(_rows(split[fold.fit_on], targets[fold.fit_on], FLOOR), target):
                judged = split[fold.judge_on]
                kept = judged.max(1) >= chosen[0]
                right += (judged.argmax(1) == targets[fold.judge_on])[kept].tolist()
    return round(float(np.mean(right)), 4) if right else None
