"""Tensors of the Open Inference Protocol: texts read from one, answers written as several.

    text     BYTES [n] or [n, 1]     in JSON, or each a length of 4 bytes, little-endian, and UTF-8
    label    BYTES [n]               score, known  FP32 [n]      scores  FP32 [n, L], a column a label
    labels   BYTES [L]               reliable      BOOL [n]

Left out: requests and responses around them (`open_inference`).
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from textmodel import Prediction


class TensorError(Exception):
    """A tensor is not what it should be; the message names the place."""


class Tensor(NamedTuple):
    """Values in row-major order."""

    datatype: str
    shape: tuple[int, ...]
    values: Sequence[Any]

    def binary(self) -> bytes:
        """The values in little-endian order, without gaps."""
        match self.datatype:
            case "FP32":
                return struct.pack(f"<{len(self.values)}f", *self.values)
            case "BOOL":
                return bytes(self.values)
        encoded = [value.encode() for value in self.values]
        return b"".join(struct.pack("<I", len(raw)) + raw for raw in encoded)


def outputs(labels: Sequence[str], answers: Sequence[Prediction]) -> Mapping[str, Tensor]:
    """Every output for n answers, by name; with none, those of an empty tensor."""
    n = (len(answers),)
    return {
        "label": Tensor("BYTES", n, [a.label for a in answers]),
        "score": Tensor("FP32", n, [a.score for a in answers]),
        "scores": Tensor("FP32", (*n, len(labels)), [a.scores[label] for a in answers for label in labels]),
        "labels": Tensor("BYTES", (len(labels),), labels),
        "reliable": Tensor("BOOL", n, [a.reliable for a in answers]),
        "known": Tensor("FP32", n, [a.known for a in answers]),
    }


NAMES = (*outputs((), ()),)


def count(shape: Sequence[int], place: str) -> int:
    """The number of texts that a shape says.

    Raises: TensorError.
    """
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        return shape[0]
    raise TensorError(f"Expected a shape of [n] or [n, 1], found {list(shape)[:8]} - at `{place}`")


def from_json(data: Sequence[object], shape: Sequence[int], place: str) -> list[str]:
    """Texts given one after the other or, for [n, 1], each in a list of its own.

    Raises: TensorError.
    """
    if len(data) != shape[0]:
        raise TensorError(f"Expected {shape[0]} texts by the shape, found {len(data)} - at `{place}`")
    if len(shape) == 2 and all(isinstance(row, list) and len(row) == 1 for row in data):
        data = [row[0] for row in data if isinstance(row, list)]
    for index, text in enumerate(data):
        if not isinstance(text, str):
            raise TensorError(f"Expected `str`, got `{type(text).__name__}` - at `{place}[{index}]`")
    return [text for text in data if isinstance(text, str)]


def from_binary(data: bytes, n: int) -> list[str]:
    """As many texts as the shape says, each behind its length.

    Raises: TensorError.
    """
    texts, at = list[str](), 0
    for index in range(n):
        if at + 4 > len(data):
            raise TensorError(f"Expected {n} texts by the shape, found {index} in the binary data")
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        if end > len(data):
            raise TensorError(f"Text {index} ends beyond the binary data, at byte {end} of {len(data)}")
        texts.append(_text(data[at + 4 : end], index))
        at = end
    if at < len(data):
        raise TensorError(f"Expected {n} texts by the shape, found {len(data) - at} bytes of binary data behind them")
    return texts


def _text(raw: bytes, index: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise TensorError(f"Text {index} is not UTF-8 at its byte {error.start}") from error
