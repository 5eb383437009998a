"""The Keras network: shape by recipe, weights by seed, and the same answers once exported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training import batches, features, network, sample
from model_training.recipes import ORIGINAL, SENTIMENT, general
from textmodel.artifact import Artifact
from textmodel.model import Model

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ROWS = sample.rows(40)
TEXTS = [text for _, text in ROWS]
LABELS = ("negative", "neutral", "positive")
TARGETS = np.array([LABELS.index(label) for label, _ in ROWS])
HARD = np.eye(3, dtype=np.float32)[TARGETS]
WEIGHTS = np.ones(len(ROWS), np.float32)


def served(fitted: object, vectorizer: object) -> Model:
    terms = vectorizer.get_feature_names_out().tolist()
    return Model(Artifact("sentiment", "1.0.0", LABELS, SENTIMENT.token_rule, terms, network.dense_layers(fitted)))


@pytest.mark.parametrize("hidden", [(16,), (16, 16), (32,)])
def test_exported_probabilities_are_those_of_keras(hidden: tuple[int, ...]) -> None:
    """Dropout and softmax are no part of the export; equal to 1e-5, and no label differs."""
    recipe = replace(SENTIMENT, hidden=hidden, epochs=12, learning_rate=0.01)
    vectorizer = features.fit(recipe, TEXTS)
    matrix = features.dense(vectorizer, TEXTS)
    epochs: list[None] = []

    fitted = network.fit(recipe, matrix, HARD, WEIGHTS, seed=0, on_epoch=lambda: epochs.append(None))

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
        network.dense_layers(network.fit(recipe, matrix, HARD, WEIGHTS, seed, lambda: None)) for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_a_large_epsilon_holds_rare_terms_back(decay: float) -> None:
    """A term of one text moves about as far as one of a third of them by Keras's own epsilon, far less by a large."""
    recipe = replace(SENTIMENT, epochs=12, learning_rate=0.01, input_dropout=0.0, hidden_dropout=0.0)
    recipe = replace(recipe, first_kernel_weight_decay=decay)
    matrix = np.zeros((len(TEXTS), 2), np.float32)
    matrix[TARGETS == 0, 0] = 1.0
    matrix[np.flatnonzero(TARGETS == 1)[0], 1] = 1.0

    def moved(epsilon: float) -> float:
        fitted = network.fit(replace(recipe, epsilon=epsilon), matrix, HARD, WEIGHTS, 0, lambda: None)
        frequent, rare = np.abs(fitted.get_weights()[0]).max(1)
        return float(rare / frequent)

    by_keras, by_a_large_one = moved(1e-7), moved(1e-2)

    assert by_a_large_one < 0.5 * by_keras


def test_sparse_features_are_learnt_as_dense_ones_are() -> None:
    """In batches of ours: as many epochs, the same weights by seed, another order with another, as good in the end."""
    recipe = replace(general(len(TEXTS), 3), epochs=20)
    vectorizer = features.fit(recipe, TEXTS)
    sparse, epochs = vectorizer.transform(TEXTS), list[None]()

    first, again, other = (
        network.fit(recipe, sparse, HARD, WEIGHTS, seed, lambda: epochs.append(None)) for seed in (0, 0, 1)
    )
    dense = network.fit(recipe, sparse.toarray(), HARD, WEIGHTS, 0, lambda: None)

    assert len(epochs) == 60
    assert network.dense_layers(first) == network.dense_layers(again)
    assert network.dense_layers(first) != network.dense_layers(other)
    right = [(network.predict(fitted, sparse).argmax(1) == TARGETS).mean() for fitted in (first, dense)]
    assert min(right) > 0.9
    assert np.allclose(network.predict(first, sparse), network.predict(first, sparse.toarray()), atol=1e-5)


def test_a_batch_leaves_out_the_share_of_terms_that_the_recipe_says() -> None:
    """Each epoch holds every text once, with its target and weight; what is kept is scaled up for what is not."""
    recipe = replace(general(len(TEXTS), 3), input_dropout=0.5)
    sparse = features.fit(recipe, TEXTS).transform(TEXTS)
    weights = np.arange(len(TEXTS), dtype=np.float32)
    data = batches.shuffled(recipe, sparse, HARD, weights, seed=0)

    orders, kept = [], []
    for _ in range(2):
        orders.append([])
        for some, targets, numbers in data:
            rows = numbers.numpy().astype(int)
            whole, found = sparse[rows].toarray(), np.zeros((len(rows), sparse.shape[1]), np.float32)
            found[tuple(some.indices.numpy().T)] = some.values.numpy()
            assert np.array_equal(targets.numpy(), HARD[rows])
            assert np.allclose(found[found > 0], 2 * whole[found > 0])
            assert not found[whole == 0].any()
            kept.append((found > 0).sum() / (whole > 0).sum())
            orders[-1] += rows.tolist()

    assert sorted(orders[0]) == sorted(orders[1]) == list(range(len(TEXTS)))
    assert orders[0] != orders[1]
    assert 0.4 < np.mean(kept) < 0.6


def test_the_original_network_is_the_original_services() -> None:
    """4000 -> 512 relu -> dropout -> 256 relu -> dropout -> 3, its softmax left to the loss."""
    model = network.build(ORIGINAL, 4000, 3)

    shapes = [tuple(layer.kernel.shape) for layer in model.layers if layer.weights]
    assert shapes == [(4000, 512), (512, 256), (256, 3)]
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [0.0, 0.2, 0.2]


def test_members_are_served_as_one_network_that_answers_their_mean() -> None:
    """Three networks of 4 units to one of 12: the mean of their logits, to float32's last digits."""
    recipe = replace(SENTIMENT, hidden=(4,), epochs=3, learning_rate=0.01, members=3)
    vectorizer = features.fit(recipe, TEXTS)
    matrix = features.dense(vectorizer, TEXTS)
    alone = replace(recipe, members=1)

    merged = network.fit(recipe, matrix, HARD, WEIGHTS, 7, lambda: None)

    members = [network.fit(alone, matrix, HARD, WEIGHTS, 7 + n, lambda: None) for n in range(3)]
    expected = np.mean([network.predict(member, matrix) for member in members], axis=0)
    assert [w.shape for w in merged.get_weights()] == [(matrix.shape[1], 12), (12,), (12, 3), (3,)]
    assert np.abs(network.predict(merged, matrix) - expected).max() < 1e-6
    model = served(merged, vectorizer)
    exponentials = np.exp(expected)
    assert np.abs(model.probabilities_many(TEXTS) - exponentials / exponentials.sum(1, keepdims=True)).max() < 1e-6


def test_soft_targets_teach_doubt() -> None:
    """Half of each label's certainty given to the others: the answers are less sure, and as right."""
    recipe = replace(SENTIMENT, epochs=20, learning_rate=0.03, first_kernel_weight_decay=0.0)
    matrix = features.dense(features.fit(recipe, TEXTS), TEXTS)

    sure, unsure = (
        network.predict(network.fit(recipe, matrix, targets, WEIGHTS, 0, lambda: None), matrix)
        for targets in (HARD, 0.5 * HARD + np.float32(0.5 / 3))
    )

    assert np.ptp(unsure, axis=1).mean() < 0.8 * np.ptp(sure, axis=1).mean()
    assert (unsure.argmax(1) == TARGETS).mean() > 0.8


def test_a_sentence_without_weight_teaches_nothing() -> None:
    """All weight on one label: that label is what is learnt."""
    recipe = replace(SENTIMENT, epochs=6, learning_rate=0.01)
    matrix = features.dense(features.fit(recipe, TEXTS), TEXTS)

    fitted = network.fit(recipe, matrix, HARD, (TARGETS == 2).astype(np.float32), 0, lambda: None)

    assert (network.predict(fitted, matrix).argmax(1) == 2).all()
