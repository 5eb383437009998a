"""Is it better than luck? The same cross-validation over labels that were dealt out anew among the items.

    p = (1 + rounds with a score as high) / (1 + rounds)

so p is never 0, and the least that 200 rounds can show is 0.005. Ojala and Garriga, *Permutation tests for studying
classifier performance*, JMLR 11, 2010. Left out: what is cross-validated, which is passed in.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

ROUNDS = 200


class Luck(NamedTuple):
    """What shuffled labels reach, beside the true ones."""

    score: float
    p: float
    rounds: int
    mean: float
    highest: float
    scores: tuple[float, ...]
    """Of each round, for the plot."""


def against_luck(
    score: Callable[[Sequence[str]], float],
    labels: Sequence[str],
    items: Sequence[str],
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    done: Callable[[int], None] = lambda _: None,
) -> Luck:
    """How often `score` (labels of all rows -> a figure, higher is better) is as high on shuffled labels.

    Rows of one item keep one label. `done` is told the number of rounds so far.
    """
    source, found = np.random.default_rng(seed), score(labels)
    reached: list[float] = []
    for number in range(rounds):
        reached.append(score(shuffled(labels, items, source)))
        done(number + 1)
    as_high = sum(one >= found - 1e-12 for one in reached)  # equal but for the last bits is equal
    mean, highest = (float(np.mean(reached)), max(reached)) if reached else (float("nan"), float("nan"))
    return Luck(found, (1 + as_high) / (1 + rounds), rounds, mean, highest, tuple(reached))


def shuffled(labels: Sequence[str], items: Sequence[str], source: np.random.Generator) -> list[str]:
    """The items' labels dealt out anew.

    >>> shuffled(["a", "a", "b"], ["x", "x", "y"], np.random.default_rng(0)) in (["a", "a", "b"], ["b", "b", "a"])
    True
    """
    of_item = dict(zip(items, labels, strict=True))
    dealt = dict(zip(of_item, source.permutation(list(of_item.values())).tolist(), strict=True))
    return [dealt[item] for item in items]
