"""The network against a slow and obvious one: a dense float64 row through whole matrices."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmodel.network import MAX_ROWS, MAX_WEIGHT, Dense, Network

Make = Callable[..., tuple[Dense, ...]]
Bag = tuple[Sequence[int], float]

_widths = st.lists(st.integers(1, 33), min_size=1, max_size=3)
_seeds = st.integers(0, 2**32)
LARGEST = float(np.nextafter(np.float32(MAX_WEIGHT), np.float32(0)))  # the last float32 below 64


def slow_logits(layers: Sequence[Dense], bag: Bag) -> np.ndarray:
    """One bag as a dense row (V,), layer by layer in float64."""
    rows, value = bag
    x = np.zeros(len(layers[0].kernel) // 4 // layers[0].units)
    x[list(rows)] = value
    for n, (kernel, bias) in enumerate(layers):
        if n:
            x = np.where(x > 0, x, 0)
        x = x @ np.frombuffer(kernel, "<f4").astype(np.float64).reshape(-1, len(bias)) + np.array(bias)
    return x


def constant(weight: float, inputs: int, units: int, bias: float = 0.0) -> Dense:
    return Dense(struct.pack("<f", weight) * (inputs * units), (bias,) * units)


@st.composite
def _bags(draw: st.DrawFn, inputs: int) -> Bag:
    """No row, some rows or all rows, of any value that a bag can have."""
    rows = draw(st.sets(st.integers(0, inputs - 1)) | st.just(set(range(inputs))))
    return rows, draw(st.just(len(rows or [0]) ** -0.5) | st.floats(0, 1))


@given(_seeds, st.integers(1, 40), _widths, st.data())
def test_one_bag_as_the_slow_network(
    random_layers: Make, seed: int, inputs: int, widths: list[int], data: st.DataObject
):
    """Any bag through one to three layers of 1 to 33 units gives the slow network's logits."""
    layers, bag = random_layers(seed, inputs, widths, 0.5), data.draw(_bags(inputs))
    expected = slow_logits(layers, bag)
    assert np.abs(Network(layers).logits(*bag) - expected).max() <= 1e-9


@given(_seeds, st.integers(1, 40), _widths, st.data())
def test_many_bags_as_each(random_layers: Make, seed: int, inputs: int, widths: list[int], data: st.DataObject):
    """A batch of any bags, empty ones between others too, gives each bag's own logits."""
    network, bags = Network(random_layers(seed, inputs, widths, 0.5)), data.draw(st.lists(_bags(inputs), min_size=1))
    expected = np.array([network.logits(*bag) for bag in bags])
    assert np.abs(network.logits_many(bags) - expected).max() <= 1e-9


@pytest.mark.parametrize("widths", [[3], [16, 3], [16, 16, 3]])
def test_no_bag(random_layers: Make, widths: list[int]):
    """No bags give no logits, of the right width."""
    expected = (0, 3)
    assert Network(random_layers(1, 20, widths)).logits_many([]).shape == expected


@pytest.mark.parametrize("sizes", [[0], [0, 0, 0], [0, 2, 0], [2, 0, 0, 3], [3, 0], [0, 3], [20, 0, 20]])
def test_empty_bags_between_others(random_layers: Make, sizes: list[int]):
    """An empty bag takes nothing from its neighbours, wherever it stands."""
    layers = random_layers(2, 20, [5, 3])
    bags = [(range(size), 0.5) for size in sizes]
    expected = np.array([slow_logits(layers, bag) for bag in bags])
    assert np.abs(Network(layers).logits_many(bags) - expected).max() <= 1e-12


def test_empty_bag_is_the_biases():
    """Without rows the first layer gives its bias, and the value does not matter."""
    expected = [0.25, 0.25]
    assert Network([constant(1.0, 5, 2, bias=0.25)]).logits([], 1.0) == expected


def test_relu_between_layers_only():
    """What is negative between two layers counts as zero; what comes out last may be negative."""
    negative, identity = constant(-1.0, 1, 1), constant(1.0, 1, 1)
    expected = ([0.0], [-1.0])
    assert (Network([negative, identity]).logits([0], 1.0), Network([identity, negative]).logits([0], 1.0)) == expected


@settings(max_examples=50)
@given(_seeds, st.integers(1, 200), st.randoms(use_true_random=False))
def test_order_changes_no_bit(random_layers: Make, seed: int, inputs: int, rng: random.Random):
    """The rows in any order give the same logits, to the last bit."""
    network, rows = Network(random_layers(seed, inputs, [7, 3], 9.0)), list(range(inputs))
    expected = network.logits(rows, 0.1)
    rng.shuffle(rows)
    assert network.logits(rows, 0.1) == expected


def test_use_changes_no_bit(random_layers: Make):
    """Rows that were packed for an earlier text answer as in a fresh network."""
    layers = random_layers(3, 50, [7, 3])
    used, expected = Network(layers), Network(layers).logits(range(9), 0.3)
    used.logits(range(5, 50), 0.2)
    assert used.logits(range(9), 0.3) == expected


@pytest.mark.parametrize("weight", [63.99, -63.99, LARGEST, -LARGEST])
@pytest.mark.parametrize("rows", [1, 2, 100_000, MAX_ROWS - 1])
def test_lanes_at_their_edge(weight: float, rows: int):
    """The largest weights in the most rows neither overflow a lane nor reach into the next."""
    network = Network([constant(weight, rows, 3)])
    (stored,) = struct.unpack("<f", struct.pack("<f", weight))
    expected = [stored * rows] * 3
    assert network.logits(range(rows), 1.0) == expected


@pytest.mark.parametrize("rows", [2, 1000, MAX_ROWS - 1])
def test_lanes_do_not_borrow(rows: int):
    """A lane at its lowest beside one at its highest leave each other alone."""
    row = struct.pack("<4f", LARGEST, -LARGEST, LARGEST, -LARGEST)
    expected = [LARGEST * rows, -LARGEST * rows] * 2
    assert Network([Dense(row * rows, (0.0,) * 4)]).logits(range(rows), 1.0) == expected


def test_a_hundred_thousand_different_rows():
    """A bag of 100,000 rows of large random weights is the exact sum, alone and in a batch."""
    rng, rows = np.random.default_rng(4), 100_000
    kernel, bag = rng.uniform(-63.99, 63.99, (rows, 5)).astype("<f4"), (range(rows), rows**-0.5)
    network = Network([Dense(kernel.tobytes(), (0.0,) * 5)])
    expected = kernel.astype(np.longdouble).sum(0) * rows**-0.5
    assert np.abs(network.logits(*bag) - expected).max() <= 1e-9
    assert np.abs(network.logits_many([bag])[0] - expected).max() <= 1e-9


@pytest.mark.parametrize("weight", [2.0**-149, 2.0**-126, 1e-10, -1e-10, 0.0, -0.0])
def test_the_smallest_weights(weight: float):
    """Weights below a lane's last bit are lost, and no more than that: 2**-41 a row."""
    expected = weight * 1000
    assert abs(Network([constant(weight, 1000, 1)]).logits(range(1000), 1.0)[0] - expected) <= 1000 * 2.0**-41


def test_kernels_may_be_memory_views(random_layers: Make):
    """Weights that are a window into a file answer as a copy of them does."""
    layers = random_layers(5, 20, [6, 3])
    window = [Dense(memoryview(b"head" + kernel)[4:], bias) for kernel, bias in layers]
    expected = Network(layers).logits(range(20), 0.2)
    assert Network(window).logits(range(20), 0.2) == expected
    assert np.abs(Network(window).logits_many([(range(20), 0.2)])[0] - expected).max() <= 1e-12
