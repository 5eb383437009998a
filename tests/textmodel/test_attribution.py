"""The parts of a difference of two logits, against whole matrices with the units that are on held fixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmodel.attribution import attribute
from textmodel.network import Dense, Network

Make = Callable[..., tuple[Dense, ...]]
ROWS = 9
SHAPES = [(3,), (8, 3), (7, 5, 3), (6, 5, 4, 2)]


def kernels(layers: Sequence[Dense]) -> list[np.ndarray]:
    return [np.frombuffer(k, "<f4").astype(np.float64).reshape(-1, len(b)) for k, b in layers]


def with_units_held(layers: Sequence[Dense], x: np.ndarray, on: Sequence[np.ndarray]) -> np.ndarray:
    """Logits of a dense row (V,) where unit u of hidden layer n is linear if on[n][u], and 0 if not."""
    for n, (kernel, layer) in enumerate(zip(kernels(layers), layers, strict=True)):
        if n:
            x = x * on[n - 1]
        x = x @ kernel + np.array(layer.bias)
    return x


def units_on(layers: Sequence[Dense], x: np.ndarray) -> list[np.ndarray]:
    on = []
    for kernel, layer in zip(kernels(layers)[:-1], layers[:-1], strict=True):
        x = x @ kernel + np.array(layer.bias)
        on.append((x > 0).astype(np.float64))
        x = x * on[-1]
    return on


def bag(rows: set[int], value: float) -> np.ndarray:
    x = np.zeros(ROWS)
    x[sorted(rows)] = value
    return x


@pytest.mark.parametrize("widths", SHAPES)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), rows=st.sets(st.integers(0, ROWS - 1)), value=st.floats(0.01, 1))
def test_each_row_is_what_the_difference_loses_without_it(
    random_layers: Make, widths: tuple[int, ...], seed: int, rows: set[int], value: float
):
    """A row's part is the numeric difference that leaving it out makes while the same units stay on."""
    layers = random_layers(seed, ROWS, widths)
    x = bag(rows, value)
    on = units_on(layers, x)
    label, against = 0, widths[-1] - 1
    found = attribute(layers, rows, value, label, against)

    def difference(at: set[int]) -> float:
        logits = with_units_held(layers, bag(at, value), on)
        return float(logits[label] - logits[against])

    assert set(found.rows) == rows
    for row in rows:
        assert found.rows[row] == pytest.approx(difference(rows) - difference(rows - {row}), abs=1e-9)
    assert found.base == pytest.approx(difference(set()), abs=1e-9)


@pytest.mark.parametrize("widths", SHAPES)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), rows=st.sets(st.integers(0, ROWS - 1)), value=st.floats(0.01, 1))
def test_parts_add_up_to_the_networks_own_difference(
    random_layers: Make, widths: tuple[int, ...], seed: int, rows: set[int], value: float
):
    """Base and rows add up to the difference of the logits that the network answers with."""
    layers = random_layers(seed, ROWS, widths)
    logits = Network(layers).logits(rows, value)
    for label in range(widths[-1]):
        for against in range(widths[-1]):
            found = attribute(layers, rows, value, label, against)
            assert found.base + sum(found.rows.values()) == pytest.approx(logits[label] - logits[against], abs=1e-9)


def test_a_linear_network(random_layers: Make):
    """Without a hidden layer a row's part is its own weights, whatever the other rows are."""
    (layer,) = layers = random_layers(5, ROWS, (3,))
    (kernel,) = kernels(layers)
    found = attribute(layers, {2, 4}, 0.5, 0, 2)
    expected = {row: pytest.approx(0.5 * (kernel[row, 0] - kernel[row, 2])) for row in (2, 4)}
    assert found.rows == expected
    assert found.base == pytest.approx(layer.bias[0] - layer.bias[2])


def test_the_other_way_round_is_the_opposite(random_layers: Make):
    """What speaks for a label against another speaks against the other."""
    layers = random_layers(6, ROWS, (7, 5, 3))
    one, other = attribute(layers, {1, 3}, 0.7, 0, 1), attribute(layers, {1, 3}, 0.7, 1, 0)
    assert one.base == pytest.approx(-other.base)
    assert list(one.rows.values()) == pytest.approx([-part for part in other.rows.values()])
