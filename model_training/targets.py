"""What a network is to answer for each sentence: a distribution over the labels, and the sentence's weight.

Where it is known how many annotators agree, the annotated label is not all of the truth: it gets the
recipe's probability for that level, and the other labels share the rest in proportion to their frequency
to the power `rest_power`. Soft targets of this kind are label smoothing by the sentence: Peterson et al.,
*Human uncertainty makes classification more robust*, ICCV 2019. Left out: where levels come from (`agreement`).
"""

import numpy as np
from numpy.typing import NDArray

from .recipes import Recipe


def soft(
    recipe: Recipe, targets: NDArray[np.intp], levels: NDArray[np.float64] | None, labels: int
) -> NDArray[np.float32]:
    """Targets (B,) with agreement levels (B,), NaN where not known, to distributions (B, labels).

    A sentence whose level is not known, or not in the recipe, gets its label with certainty.

    >>> from dataclasses import replace
    >>> from .recipes import SENTIMENT
    >>> recipe = replace(SENTIMENT, agreement_targets=((1.0, 1.0), (0.5, 0.68)), rest_power=1.0)
    >>> soft(recipe, np.array([0, 1, 1, 2]), np.array([0.5, 1.0, np.nan, 1.0]), 3).round(3).tolist()[:2]
    [[0.6800000071525574, 0.21299999952316284, 0.10700000077486038], [0.0, 1.0, 0.0]]
    """
    certain = np.ones(len(targets))
    for level, probability in recipe.agreement_targets if levels is not None else ():
        certain[levels == level] = probability
    frequent: NDArray[np.float64] = counts(targets, labels) ** recipe.rest_power
    rest = np.tile(frequent, (len(targets), 1))
    rows = np.arange(len(targets))
    rest[rows, targets] = 0.0
    shares: NDArray[np.float64] = rest / rest.sum(1, keepdims=True) * (1 - certain)[:, None]
    shares[rows, targets] = certain
    return shares.astype(np.float32)


def weights(targets: NDArray[np.intp], labels: int, power: float) -> NDArray[np.float32]:
    """What a mistake on each sentence (B,) costs: its label's frequency over the average one, to `power`.

    >>> weights(np.array([0, 1, 1, 1, 1, 2, 2, 2]), 3, -0.5)[1].round(4)
    np.float32(0.8165)
    """
    of_label = (counts(targets, labels) * labels / len(targets)) ** power
    chosen: NDArray[np.float32] = of_label.astype(np.float32)[targets]
    return chosen


def counts(targets: NDArray[np.intp], labels: int) -> NDArray[np.float64]:
    """How many sentences have each label (labels,); 1 where none has, so that nothing is divided by zero."""
    return np.maximum(np.bincount(targets, minlength=labels), 1).astype(np.float64)
