"""A model for the token rule that the shipped artifact does not use, so that both rules can be timed.

It has the shipped network, and the most frequent terms of the benchmark's texts by that rule as its vocabulary:
so many that it knows the same share of a text's terms as the shipped model does by its own rule, filled up to the
same number of rows. Its answers mean nothing; they cost what a trained model's cost. Left out: the timing.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from textmodel import load
from textmodel.model import ROOT, Model
from textmodel.tokens import RULES

from .texts import make

TEXTS = 500


def model_of(rule: int) -> tuple[Model, bool]:
    """A model that reads by `rule`, and whether it is the shipped one.

    Raises: ArtifactError when there is none to take the shape from.
    """
    shipped = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)
    if shipped.artifact.token_rule == rule:
        return shipped, True
    return stand_in(shipped, rule, make(TEXTS)), False


def stand_in(shipped: Model, rule: int, texts: Sequence[str]) -> Model:
    """The shipped model as it would be if its vocabulary were `rule`'s."""
    rows = len(shipped.artifact.terms)
    found = Counter(term for text in texts for term in _different(rule, text))
    terms = _most_frequent(found, known_share(shipped, texts), rows)
    unused = (f"<unused {number}>" for number in range(rows - len(terms)))  # no rule makes such a term
    return Model(shipped.artifact._replace(token_rule=rule, terms=[*terms, *unused]))


def known_share(model: Model, texts: Iterable[str]) -> float:
    """Of the different terms of each text, the share that the model knows.

    A share of all texts' terms together, so that a long text counts as much as its work.
    """
    read = [(len(model.vectorizer.bag(text).rows), len(_different(model.artifact.token_rule, text))) for text in texts]
    return sum(known for known, _ in read) / sum(terms for _, terms in read)


def _different(rule: int, text: str) -> dict[str, None]:
    """A text's terms without repeats, in their order, so that equal counts do not fall out at random."""
    return dict.fromkeys(RULES[rule](text))


def _most_frequent(found: Counter[str], share: float, most: int) -> list[str]:
    """The most frequent terms up to `share` of all that was counted, and to so `most` terms.

    >>> _most_frequent(Counter(profit=5, rose=3, fell=2), 0.8, 9)
    ['profit', 'rose']
    """
    terms: list[str] = []
    left = share * found.total()
    for term, count in found.most_common(most):
        if left <= 0:
            break
        terms.append(term)
        left -= count
    return terms
