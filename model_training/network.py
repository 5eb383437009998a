"""Builds and fits the Keras network of a recipe, and hands its weights over as `textmodel` layers.

    features (B, V) -> dropout -> [dense H, relu -> dropout] ... -> dense L -> logits (B, L)

The last layer gives logits: softmax is the loss's business in training and the model's in serving.
TensorFlow is imported when the first network is built, so that a bad data file is refused at once.
Left out: features (`features`), what is to be answered (`targets`), and which rows are trained on (`evaluate`).
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmodel.network import Dense

from . import batches
from .recipes import Recipe


def fit(
    recipe: Recipe,
    features: Any,
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    seed: int,
    on_epoch: Callable[[], None],
) -> Any:
    """The fitted keras.Model of all the recipe's members; the same arguments give the same weights.

    `features` (B, V), dense or scipy's CSR, `targets` (B, L) as probabilities, `weights` (B,) of the sentences;
    `on_epoch` is called after each epoch of each member.
    """
    members = [_member(recipe, features, targets, weights, seed + n, on_epoch) for n in range(recipe.members)]
    return merge(recipe, members) if len(members) > 1 else members[0]


def _member(
    recipe: Recipe,
    features: Any,
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    seed: int,
    on_epoch: Callable[[], None],
) -> Any:
    keras = _keras()
    keras.utils.set_random_seed(seed)  # whatever was fitted before
    dense = isinstance(features, np.ndarray)
    model = build(recipe, features.shape[1], targets.shape[1], sparse=not dense)
    steps = -(-len(targets) // recipe.batch_size) * recipe.epochs
    model.compile(
        optimizer=_optimizer(recipe, model, steps),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        steps_per_execution=8,  # fewer returns to Python; changes no number
    )
    told = [keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: on_epoch())]
    if dense:
        model.fit(features, targets, recipe.batch_size, recipe.epochs, 0, told, sample_weight=weights)
        return model
    model.fit(
        batches.shuffled(recipe, features, targets, weights, seed), None, None, recipe.epochs, 0, told, shuffle=False
    )
    plain = build(recipe, features.shape[1], targets.shape[1])  # which takes dense features, as every caller has them
    plain.set_weights(model.get_weights())
    return plain


def merge(recipe: Recipe, members: Sequence[Any]) -> Any:
    """M networks of one hidden layer to one that answers the mean of their logits.

    Their hidden units stand side by side, and the last kernels, one under the other, are divided by M:

        mean of relu(x A_m + a_m) B_m + b_m   =   relu(x [A_1 A_2 ..] + [a_1 a_2 ..]) [B_1; B_2; ..] / M + mean of b_m
    """
    first, first_bias, last, last_bias = zip(*(member.get_weights() for member in members), strict=True)
    merged = build(replace(recipe, hidden=(sum(recipe.hidden) * len(members),)), len(first[0]), len(last_bias[0]))
    merged.set_weights(
        [
            np.concatenate(first, axis=1),
            np.concatenate(first_bias),
            np.concatenate(last) / len(members),
            np.mean(last_bias, axis=0),
        ]
    )
    return merged


def build(recipe: Recipe, terms: int, labels: int, *, sparse: bool = False) -> Any:
    """The keras.Sequential of a recipe, with its first weights; of `sparse` features `batches` leaves terms out."""
    keras = _keras()
    layers = keras.layers
    stack = [keras.Input((terms,), sparse=sparse)]
    if not sparse:
        stack.append(layers.Dropout(recipe.input_dropout))
    for n, units in enumerate(recipe.hidden):
        small = recipe.first_kernel_stddev if n == 0 else None
        initial = keras.initializers.RandomNormal(stddev=small) if small else "glorot_uniform"
        stack.append(layers.Dense(units, activation="relu", kernel_initializer=initial))
        stack.append(layers.Dropout(recipe.hidden_dropout))
    return keras.Sequential([*stack, layers.Dense(labels)])


def predict(model: Any, features: Any) -> NDArray[np.float32]:
    """Features (B, V), dense or scipy's CSR, to logits (B, L)."""
    if isinstance(features, np.ndarray):
        logits: NDArray[np.float32] = model(features, training=False).numpy()
        return logits
    starts = range(0, features.shape[0], batches.PREDICTED)
    return np.concatenate([predict(model, features[n : n + batches.PREDICTED].toarray()) for n in starts])


def dense_layers(model: Any) -> tuple[Dense, ...]:
    """The kernels and biases of the model's dense layers, as they are served and stored."""
    weights = [layer.get_weights() for layer in model.layers if layer.weights]
    return tuple(Dense(kernel.astype("<f4").tobytes(), bias.astype(float).tolist()) for kernel, bias in weights)


def _optimizer(recipe: Recipe, model: Any, steps: int) -> Any:
    keras = _keras()
    rate = recipe.learning_rate
    if recipe.cosine_decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    if not recipe.first_kernel_weight_decay:
        return keras.optimizers.Adam(rate, epsilon=recipe.epsilon)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.first_kernel_weight_decay, epsilon=recipe.epsilon)
    optimizer.exclude_from_weight_decay(var_list=model.trainable_variables[1:])  # all but the first kernel
    return optimizer


def _keras() -> Any:
    """Keras on TensorFlow: quiet, and with kernels that give the same bits every time."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its kernels round by thread count
    import keras
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # it warns of each new network's tracing
    tf.config.experimental.enable_op_determinism()
    return keras
