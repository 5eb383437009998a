"""The Keras network: shape by recipe, weights by seed, and the same answers once exported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training import features, network, sample
from model_training.recipes import ORIGINAL, SENTIMENT
from textmodel.artifact import Artifact
from textmodel.model import Model

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ROWS = sample.rows(40)
TEXTS = [text for _, text in ROWS]
LABELS = ("negative", "neutral", "positive")
TARGETS = np.array([LABELS.index(label) for label, _ in ROWS])


def served(fitted: object, vectorizer: object) -> Model:
    terms = vectorizer.get_feature_names_out().tolist()
    return Model(Artifact("sentiment", "1.0.0", LABELS, 1, terms, network.dense_layers(fitted)))


@pytest.mark.parametrize("hidden", [(16,), (16, 16), (32,)])
def test_exported_probabilities_are_those_of_keras(hidden: tuple[int, ...]) -> None:
    """Dropout and softmax are no part of the export; equal to 1e-5, and no label differs."""
    recipe = replace(SENTIMENT, hidden=hidden, epochs=12, learning_rate=0.01)
    vectorizer = features.fit(recipe, TEXTS)
    matrix = features.dense(vectorizer, TEXTS)
    epochs: list[None] = []

    fitted = network.fit(recipe, matrix, TARGETS, 3, seed=0, on_epoch=lambda: epochs.append(None))

    logits = network.predict(fitted, matrix)
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    found = served(fitted, vectorizer).probabilities_many(TEXTS)
    assert np.abs(found - expected).max() <= 1e-5
    assert (found.argmax(1) == expected.argmax(1)).all()
    assert (expected.argmax(1) == TARGETS).mean() > 0.8
    assert len(epochs) == 12


def test_weights_do_not_depend_on_what_was_fitted_before() -> None:
    recipe = replace(SENTIMENT, epochs=1)
    matrix = features.dense(features.fit(recipe, TEXTS), TEXTS)

    first, again, other = (
        network.dense_layers(network.fit(recipe, matrix, TARGETS, 3, seed, lambda: None)) for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


def test_the_original_network_is_the_original_services() -> None:
    """4000 -> 512 relu -> dropout -> 256 relu -> dropout -> 3, its softmax left to the loss."""
    model = network.build(ORIGINAL, 4000, 3)

    shapes = [tuple(layer.kernel.shape) for layer in model.layers if layer.weights]
    assert shapes == [(4000, 512), (512, 256), (256, 3)]
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [0.0, 0.2, 0.2]


def test_rare_classes_weigh_more() -> None:
    """Four times rarer weighs twice as much at power -1/2; at power 0 all weigh the same."""
    targets = np.array([0] * 4 + [1] * 16)

    weights = network.class_weights(targets, 2, -0.5)

    assert weights[0] == pytest.approx(2 * weights[1])
    assert set(network.class_weights(targets, 2, 0.0).values()) == {1.0}
