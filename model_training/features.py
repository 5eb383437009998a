"""Texts to features (B, V): scikit-learn's vectorizer over the token rules that serving uses.

There is one tokenizer, `textmodel.tokens`; scikit-learn only chooses the terms and counts them.
Left out: the served vectorizer, which `textmodel.vectorizer` builds from the chosen terms, and how a sparse
matrix is fed to a network (`batches`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from textmodel.tokens import RULES

from .errors import VocabularyError
from .recipes import Ablated, Recipe

DENSE_CELLS = 1 << 25
"""B * V up to which features are one dense array, of 128 MB; more stay sparse, and are dense a batch at a time."""


def rule(recipe: Recipe) -> Callable[[str], list[str]]:
    """The token rule of a recipe, without the part that it leaves out."""
    whole = RULES[recipe.token_rule]
    if isinstance(recipe, Ablated):
        return whole.without(recipe.without)
    return whole.__call__


def vectorizer(recipe: Recipe) -> Any:
    """A TfidfVectorizer, not yet fitted, without idf: plain counts where the recipe sets no norm."""
    return TfidfVectorizer(
        analyzer=rule(recipe),
        binary=recipe.binary,
        use_idf=False,
        norm=recipe.norm,
        max_features=recipe.max_terms,
        dtype=np.float32,
    )


def fit(recipe: Recipe, texts: Sequence[str]) -> Any:
    """The vectorizer of a recipe with its terms chosen from `texts`.

    Raises: VocabularyError when they have no words.
    """
    read = RULES[recipe.token_rule].read
    if not any(tokens.words or tokens.meant for tokens in map(read, texts)):
        raise VocabularyError(recipe.token_rule)
    return vectorizer(recipe).fit(texts)


def matrix(fitted: Any, texts: Sequence[str]) -> Any:
    """Texts to (B, V) of float32: a dense array, as Keras takes it, or scipy's CSR where that would be large."""
    sparse = fitted.transform(texts)
    return sparse.toarray() if sparse.shape[0] * sparse.shape[1] <= DENSE_CELLS else sparse


def dense(fitted: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Texts to a dense (B, V)."""
    features: NDArray[np.float32] = fitted.transform(texts).toarray()
    return features
