"""Which row of a bag gave what part of the difference between two logits: exact for the bag at hand.

A relu network is linear as long as the same units are on, so with the units that this bag turns on

    logits[label] - logits[against]  =  base  +  sum over the bag's rows of  value * (row's weights . slope)

where `slope` (H,) is the path through the later layers, units that are off left out (gradient times input,
Shrikumar et al. 2016; for one fixed pattern of units it is no approximation). What a text without the row would
get may differ: other units may turn on, and the bag is scaled anew. Left out: which words a row stands for.
"""

import struct
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from .network import Dense


class Attribution(NamedTuple):
    """The parts of one difference; they add up to it."""

    base: float
    """What the network says of no word, with the units that this bag turns on."""
    rows: Mapping[int, float]
    """Each row's part."""


def attribute(layers: Sequence[Dense], rows: Collection[int], value: float, label: int, against: int) -> Attribution:
    """The parts of logits[label] - logits[against] of one bag."""
    first = layers[0]
    kernel = {row: _row(first, row) for row in rows}
    out = list(first.bias)
    for weights in kernel.values():
        out = [x + value * w for x, w in zip(out, weights, strict=True)]
    on = []  # which of its inputs each layer after the first sees
    for layer in layers[1:]:
        on.append([x > 0.0 for x in out])
        out = _forward(layer, [max(0.0, x) for x in out])
    slope, base = _back(layers, on, label, against)
    base += sum(s * b for s, b in zip(slope, first.bias, strict=True))
    parts = {row: value * sum(s * w for s, w in zip(slope, weights, strict=True)) for row, weights in kernel.items()}
    return Attribution(base, parts)


def _back(layers: Sequence[Dense], on: Sequence[Sequence[bool]], label: int, against: int) -> tuple[list[float], float]:
    """How much each unit of the first layer moves the difference, and what the later biases give."""
    slope = [float(n == label) - float(n == against) for n in range(layers[-1].units)]
    base = 0.0
    for layer, active in zip(reversed(layers[1:]), reversed(on), strict=True):
        base += sum(s * b for s, b in zip(slope, layer.bias, strict=True))
        slope = [
            sum(s * w for s, w in zip(slope, _row(layer, unit), strict=True)) if is_on else 0.0
            for unit, is_on in enumerate(active)
        ]
    return slope, base


def _forward(layer: Dense, hidden: Sequence[float]) -> list[float]:
    out = list(layer.bias)
    for unit, x in enumerate(hidden):
        if x:
            out = [y + x * w for y, w in zip(out, _row(layer, unit), strict=True)]
    return out


def _row(layer: Dense, row: int) -> tuple[float, ...]:
    return struct.unpack_from(f"<{layer.units}f", layer.kernel, 4 * layer.units * row)
