"""The safetensors file format, float32 only: named arrays as a length, a JSON header and raw numbers.

Format: https://huggingface.co/docs/safetensors (8-byte little-endian header length, header, data).
Left out: other number types, and every opinion about what the arrays mean (`artifact`).
"""

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

_ALIGNMENT = 8


class Tensor(NamedTuple):
    """A shape and its little-endian float32 values in C order."""

    shape: tuple[int, ...]
    data: bytes | memoryview


def dump(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    r"""The file's bytes, arrays in the order given.

    >>> tensors, metadata = parse(dump({"bias": Tensor((1,), bytes(4))}, {"labels": "up down"}))
    >>> tensors["bias"].shape, bytes(tensors["bias"].data), metadata
    ((1,), b'\x00\x00\x00\x00', {'labels': 'up down'})
    """
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + len(tensor.data)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join((struct.pack("<Q", len(text)), text, *(t.data for t in tensors.values())))


def parse(file: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The arrays of a file's bytes, not copied, and its metadata.

    Raises: ValueError, saying what is wrong, for anything that is no float32 safetensors file.
    """
    if len(file) < 8 or (length := struct.unpack_from("<Q", file)[0]) > len(file) - 8:
        raise ValueError(f"{len(file)} bytes, which is shorter than the header says")
    try:
        header = json.loads(file[8 : 8 + length])  # JSONDecodeError and UnicodeDecodeError are ValueErrors
    except RecursionError as error:
        raise ValueError("a header nested too deep") from error
    if not isinstance(header, dict):
        raise ValueError("a header that is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("metadata that is not a text for each name")
    data = memoryview(file)[8 + length :]
    return {name: _tensor(name, entry, data) for name, entry in header.items()}, metadata


def _tensor(name: str, entry: object, data: memoryview) -> Tensor:
    match entry:
        case {"dtype": "F32", "shape": [*shape], "data_offsets": [int(start), int(end)]} if all(
            isinstance(n, int) and n >= 0 for n in shape
        ):
            if 0 <= start <= end <= len(data) and end - start == 4 * prod(shape):
                return Tensor(tuple(shape), data[start:end])
            raise ValueError(f"tensor {name}: {end - start} bytes of {len(data)} for shape {shape}")
    raise ValueError(f"tensor {name}: a header entry that is not float32 with shape and offsets")
