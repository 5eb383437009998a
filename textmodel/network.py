"""Rows to logits: a dense network with relu between its layers, for one bag or for many.

One bag needs the standard library alone. The rows of the first kernel (V, H) that a text uses are
added as whole numbers: a row's H weights are written as fixed-point numbers, each in a lane of 64
bits of one Python integer, so that adding n rows is n integer additions instead of n * H float
ones. Whole numbers add exactly, so the order of the rows cannot change a bit of the answer.

    weight w  ->  lane round(w * 2**40) + 2**46      > 0, so no lane ever borrows from the next
    n rows    ->  lane sum - n * 2**46, / 2**40      exact up to 2**17 rows of |w| < 64

Many bags go through NumPy, imported when first needed; the two agree to about 1e-12.
Left out: softmax and temperature (`model`).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from itertools import chain
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRACTION_BITS = 40
OFFSET = 1 << 46
MAX_WEIGHT = 64.0
MAX_ROWS = 1 << 17


class Dense(NamedTuple):
    """One layer: kernel (inputs, units) as little-endian float32 in C order, bias of `units`."""

    kernel: bytes | memoryview
    bias: Sequence[float]

    @property
    def units(self) -> int:
        return len(self.bias)


class _Lanes(dict[int, int]):
    """Row number to the row's weights packed into one integer, made when a row is first used."""

    def __init__(self, kernel: bytes | memoryview, units: int) -> None:
        super().__init__()
        self._kernel = kernel
        self._row = struct.Struct(f"<{units}f")
        self._lanes = struct.Struct(f"<{units}Q")

    def __missing__(self, row: int) -> int:
        weights = self._row.unpack_from(self._kernel, row * self._row.size)
        fixed = [round(w * (1 << FRACTION_BITS)) + OFFSET for w in weights]
        packed = self[row] = int.from_bytes(self._lanes.pack(*fixed), "little")
        return packed


class Network:
    """H units over V rows, then the other layers; weights stay where they are mapped."""

    def __init__(self, layers: Sequence[Dense]) -> None:
        self.layers = layers
        first = layers[0]
        self._first_bias = first.bias
        self._row = _Lanes(first.kernel, first.units).__getitem__
        self._lane_bytes = 8 * first.units
        self._lanes = struct.Struct(f"<{first.units}Q").unpack
        self._rest = [_by_unit(layer) for layer in layers[1:]]

    def logits(self, rows: Collection[int], value: float) -> list[float]:
        """One bag, `rows` of equal `value`, to its L logits, in the standard library alone."""
        total = sum(map(self._row, rows)).to_bytes(self._lane_bytes, "little")
        offset = len(rows) * OFFSET
        scale = value / (1 << FRACTION_BITS)
        lanes = zip(self._lanes(total), self._first_bias, strict=True)
        if not self._rest:
            return [(lane - offset) * scale + b for lane, b in lanes]
        out = [x if (x := (lane - offset) * scale + b) > 0.0 else 0.0 for lane, b in lanes]
        for units in self._rest[:-1]:
            out = [x if (x := sum(map(mul, weights, out)) + b) > 0.0 else 0.0 for weights, b in units]
        return [sum(map(mul, weights, out)) + b for weights, b in self._rest[-1]]

    def logits_many(self, bags: Sequence[tuple[Collection[int], float]]) -> NDArray[np.float64]:
        """B bags to logits (B, L): the same sums in float64 by NumPy."""
        import numpy as np

        kernels = [np.frombuffer(k, "<f4").reshape(-1, len(b)) for k, b in self.layers]
        out: NDArray[np.float64] = _first_layer(kernels[0], bags) + np.asarray(self._first_bias)  # (B, H)
        for kernel, layer in zip(kernels[1:], self.layers[1:], strict=True):
            out = np.maximum(out, 0.0) @ kernel.astype(np.float64) + np.asarray(layer.bias)
        return out


def _first_layer(kernel: NDArray[np.float32], bags: Sequence[tuple[Collection[int], float]]) -> NDArray[np.float64]:
    """(V, H) and B bags to (B, H): the used rows gathered flat and summed a bag at a time."""
    import numpy as np

    sizes = np.fromiter((len(rows) for rows, _ in bags), np.intp, len(bags))  # (B,)
    values = np.fromiter((value for _, value in bags), np.float64, len(bags))  # (B,)
    flat = np.fromiter(chain.from_iterable(rows for rows, _ in bags), np.intp, int(sizes.sum()))
    out = np.zeros((len(bags), kernel.shape[1]))
    filled = sizes > 0  # reduceat cannot sum an empty bag
    if filled.any():
        starts = (np.cumsum(sizes) - sizes)[filled]
        out[filled] = np.add.reduceat(kernel[flat], starts, axis=0, dtype=np.float64)
    out *= values[:, None]
    return out


def _by_unit(layer: Dense) -> list[tuple[tuple[float, ...], float]]:
    """A kernel (inputs, units) as one tuple of weights a unit, beside the unit's bias."""
    flat = struct.unpack(f"<{len(layer.kernel) // 4}f", layer.kernel)
    return [(flat[unit :: layer.units], b) for unit, b in enumerate(layer.bias)]
