"""Builds and fits the Keras network of a recipe, and hands its weights over as `textmodel` layers.

    features (B, V) -> dropout -> [dense H, relu -> dropout] ... -> dense L -> logits (B, L)

The last layer gives logits: softmax is the loss's business in training and the model's in serving.
TensorFlow is imported when the first network is built, so that a bad data file is refused at once.
Left out: features (`features`), and which rows are trained on (`evaluate`).
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmodel.network import Dense

from .recipes import Recipe


def fit(
    recipe: Recipe,
    features: NDArray[np.float32],
    targets: NDArray[np.intp],
    labels: int,
    seed: int,
    on_epoch: Callable[[], None],
) -> Any:
    """The fitted keras.Model; the same arguments give the same weights, whatever was fitted before.

    `features` (B, V), `targets` (B,) below `labels`; `on_epoch` is called after each epoch.
    """
    keras = _keras()
    keras.utils.set_random_seed(seed)
    model = build(recipe, features.shape[1], labels)
    steps = -(-len(targets) // recipe.batch_size) * recipe.epochs
    model.compile(
        optimizer=_optimizer(recipe, model, steps),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=8,  # fewer returns to Python; changes no number
    )
    model.fit(
        features,
        targets,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        class_weight=class_weights(targets, labels, recipe.class_weight_power),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: on_epoch())],
        verbose=0,
    )
    return model


def build(recipe: Recipe, terms: int, labels: int) -> Any:
    """The keras.Sequential of a recipe, with its first weights."""
    keras = _keras()
    layers = keras.layers
    stack = [keras.Input((terms,)), layers.Dropout(recipe.input_dropout)]
    for n, units in enumerate(recipe.hidden):
        small = recipe.first_kernel_stddev if n == 0 else None
        initial = keras.initializers.RandomNormal(stddev=small) if small else "glorot_uniform"
        stack.append(layers.Dense(units, activation="relu", kernel_initializer=initial))
        stack.append(layers.Dropout(recipe.hidden_dropout))
    return keras.Sequential([*stack, layers.Dense(labels)])


def predict(model: Any, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features (B, V) to logits (B, L)."""
    logits: NDArray[np.float32] = model(features, training=False).numpy()
    return logits


def dense_layers(model: Any) -> tuple[Dense, ...]:
    """The kernels and biases of the model's dense layers, as they are served and stored."""
    weights = [layer.get_weights() for layer in model.layers if layer.weights]
    return tuple(Dense(kernel.astype("<f4").tobytes(), bias.astype(float).tolist()) for kernel, bias in weights)


def class_weights(targets: NDArray[np.intp], labels: int, power: float) -> dict[int, float]:
    """What a mistake on each class costs: its frequency over the average one, to `power`.

    >>> class_weights(np.array([0, 1, 1, 1, 1, 2, 2, 2]), 3, -0.5)[1]
    0.816496580927726
    """
    counts = np.maximum(np.bincount(targets, minlength=labels), 1)
    return {n: float((count * labels / len(targets)) ** power) for n, count in enumerate(counts)}


def _optimizer(recipe: Recipe, model: Any, steps: int) -> Any:
    keras = _keras()
    rate = recipe.learning_rate
    if recipe.cosine_decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    if not recipe.first_kernel_weight_decay:
        return keras.optimizers.Adam(rate)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.first_kernel_weight_decay)
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
