"""Folds by item: every item is tested once, by a model that has seen none of its rows.

Classes are spread evenly, as scikit-learn's StratifiedGroupKFold does it. Left out: the deterministic split of a
source, which is stored with it (`split`), and what is fitted (`media_model`).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import LabelError, SplitError, SubsetError


class Fold(NamedTuple):
    """Row numbers to learn from, and those to be judged on."""

    train: NDArray[np.intp]
    test: NDArray[np.intp]


def folds(labels: Sequence[str], items: Sequence[str], count: int = 5, seed: int = 0) -> list[Fold]:
    """`count` folds over rows with `labels` that belong to `items`; the same seed gives the same folds.

    Raises: LabelError for one class only; SubsetError where a label has fewer items than folds; SplitError should an
    item ever be on both sides.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    check(labels, items, count)
    made = StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(np.zeros(len(labels)), labels, items)
    found = [Fold(train, test) for train, test in made]
    for fold in found:
        check_apart(fold, items)
    return found


def check(labels: Sequence[str], items: Sequence[str], count: int) -> None:
    """Whether these rows can be divided into `count` folds at all; raises as `folds` does."""
    of_label: defaultdict[str, set[str]] = defaultdict(set)
    for label, item in zip(labels, items, strict=True):
        of_label[label].add(item)
    if len(of_label) < 2:
        raise LabelError("truth", f"{len(of_label)} class of labels, two or more are needed", sorted(of_label))
    rare, least = min(((name, len(found)) for name, found in of_label.items()), key=lambda pair: (pair[1], pair[0]))
    if least < count:
        way_out = f"; ask for {least} folds, or leave the label out" if least >= 2 else "; leave the label out"
        raise SubsetError(f"label {rare!r}", least, f"{count} items or more, one for each fold{way_out}")


def check_apart(fold: Fold, items: Sequence[str]) -> None:
    """No item has rows on both sides of a fold.

    Raises: SplitError.
    """
    every = np.asarray(items, dtype=str)
    both = sorted(set(every[fold.train]) & set(every[fold.test]))
    if both:
        raise SplitError("the folds", len(both), str(both[0]))


def sizes(labels: Sequence[str]) -> dict[str, int]:
    """How many rows each label has, the most frequent first.

    >>> sizes(["b", "a", "b"])
    {'b': 2, 'a': 1}
    """
    return dict(sorted(Counter(labels).items(), key=lambda pair: (-pair[1], pair[0])))
