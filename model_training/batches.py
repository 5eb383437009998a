"""Sparse features (B, V) fed to Keras a batch at a time, so that memory grows with the words and not with B times V.

The share of a text's terms that is left out at each step (dropout) is drawn over the terms that it has, which is
the same as over all V at a hundredth of the price. Left out: dense features, which Keras shuffles and drops itself.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .recipes import Recipe

PREDICTED = 1024
"""Texts that are answered at once."""


def shuffled(
    recipe: Recipe, features: Any, targets: NDArray[np.float32], weights: NDArray[np.float32], seed: int
) -> Any:
    """A tf.data.Dataset of (features, targets, weights), in another order each epoch; decided by `seed`.

    `features` is scipy's CSR (B, V), `targets` (B, L), `weights` (B,).
    """
    import tensorflow as tf

    features.sort_indices()
    columns = tf.RaggedTensor.from_row_splits(features.indices.astype(np.int64), features.indptr.astype(np.int64))
    values = columns.with_values(tf.constant(features.data))
    scale = 1.0 / (1.0 - recipe.input_dropout)

    def batch(rows: Any, number: Any) -> Any:
        some = tf.gather(columns, rows)
        chances = tf.random.stateless_uniform(tf.shape(some.values), tf.stack([number, number]))
        kept = tf.cast(chances >= recipe.input_dropout, tf.float32) * scale
        places = tf.stack([some.value_rowids(), some.values], axis=1)
        shape = tf.stack([some.nrows(), tf.constant(features.shape[1], tf.int64)])
        sparse = tf.SparseTensor(places, tf.gather(values, rows).values * kept, shape)
        return sparse, tf.gather(targets, rows), tf.gather(weights, rows)

    order = tf.data.Dataset.range(len(targets)).shuffle(len(targets), seed=seed, reshuffle_each_iteration=True)
    chance = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip(order.batch(recipe.batch_size), chance).map(batch).prefetch(2)
