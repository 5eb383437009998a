"""Our ten-line reader and writer against the safetensors library, and against files that are none."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from math import prod

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from textmodel.safetensors import Tensor, dump, parse

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_names = _words.filter(lambda name: name not in {"", "__metadata__"})
_shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
_fields = st.sampled_from(["__metadata__", "bias", "dtype", "shape", "data_offsets"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_fields, inner),
)


@st.composite
def _tensors(draw: st.DrawFn) -> dict[str, Tensor]:
    shapes = draw(st.dictionaries(_names, _shapes, max_size=4))
    return {name: Tensor(shape, draw(st.binary(min_size=4 * prod(shape), max_size=4 * prod(shape))))
            for name, shape in shapes.items()}  # fmt: skip


def plain(tensors: dict[str, Tensor]) -> dict[str, tuple[tuple[int, ...], bytes]]:
    return {name: (tensor.shape, bytes(tensor.data)) for name, tensor in tensors.items()}


def with_header(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(**changes: object) -> dict[str, dict[str, object]]:
    return {"bias": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **changes}}


@given(_tensors(), st.dictionaries(_words, _words, max_size=3))
def test_round_trip(tensors: dict[str, Tensor], metadata: dict[str, str]):
    """What was written is read: names, order, shapes, every bit of the data, and the metadata."""
    read, metadata_read = parse(dump(tensors, metadata))
    assert list(plain(read).items()) == list(plain(tensors).items())
    assert metadata_read == metadata


@given(_tensors())
def test_the_library_reads_ours(tensors: dict[str, Tensor]):
    """The safetensors library finds the same arrays in our bytes."""
    theirs = safetensors.numpy.load(dump(tensors, {"labels": "up down"}))
    assert {name: (array.shape, array.astype("<f4").tobytes()) for name, array in theirs.items()} == plain(tensors)


@given(_tensors(), st.dictionaries(_words, _words, min_size=1, max_size=3))
def test_we_read_the_librarys(tensors: dict[str, Tensor], metadata: dict[str, str]):
    """We find the same arrays and metadata in the library's bytes."""
    arrays = {name: np.frombuffer(data, "<f4").reshape(shape) for name, (shape, data) in plain(tensors).items()}
    read, metadata_read = parse(safetensors.numpy.save(arrays, metadata))
    assert plain(read) == plain(tensors)
    assert metadata_read == metadata


def test_no_metadata_is_empty_metadata():
    """A file of the library's without metadata is read with an empty one."""
    _, metadata = parse(safetensors.numpy.save({"bias": np.zeros(1, np.float32)}))
    assert metadata == {}


def test_data_is_aligned_and_not_copied():
    """Numbers start at a multiple of eight bytes, and stay in the bytes that were read."""
    file = dump({"bias": Tensor((2,), bytes(8))}, {"odd": "x"})
    data = parse(file)[0]["bias"].data
    assert (len(file) - 8) % 8 == 0
    assert data.obj is file


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"1234567",
        struct.pack("<Q", 1),
        struct.pack("<Q", 2**64 - 1) + b"{}",
        with_header(b""),
        with_header(b"\xff{}"),
        with_header(b'{"bias":'),
        with_header(b"[" * 100_000),
        with_header(b'{"bias":' * 100_000 + b"1" + b"}" * 100_000),
        with_header([]),
        with_header(None),
        with_header({"bias": None}, bytes(4)),
        with_header({"bias": []}, bytes(4)),
        with_header({"bias": {}}, bytes(4)),
        with_header(entry(dtype="F16"), bytes(4)),
        with_header(entry(shape=None), bytes(4)),
        with_header(entry(shape="1"), bytes(4)),
        with_header(entry(shape=[1.0]), bytes(4)),
        with_header(entry(shape=[-1]), bytes(4)),
        with_header(entry(shape=[-1, -1]), bytes(4)),
        with_header(entry(shape=[2]), bytes(4)),
        with_header(entry(shape=[10**4000] * 2), bytes(4)),
        with_header(entry(data_offsets=[0]), bytes(4)),
        with_header(entry(data_offsets=[0, 4, 8]), bytes(4)),
        with_header(entry(data_offsets=[0, "4"]), bytes(4)),
        with_header(entry(data_offsets=[-4, 0]), bytes(4)),
        with_header(entry(data_offsets=[4, 0]), bytes(4)),
        with_header(entry(data_offsets=[4, 8]), bytes(4)),
        with_header(entry(), bytes(3)),
        with_header({**entry(), "__metadata__": ["labels"]}, bytes(4)),
        with_header({**entry(), "__metadata__": {"labels": 1}}, bytes(4)),
    ],
    ids=lambda file: repr(file[:60]),
)
def test_what_is_no_safetensors_file(file: bytes):
    """Whatever is no float32 safetensors file is a ValueError, and the library refuses it too."""
    with pytest.raises(ValueError, match=r"\S"):
        parse(file)
    if b"F16" not in file:  # which is a type that we leave out
        with pytest.raises(safetensors.SafetensorError):
            safetensors.numpy.load(file)


@given(_tensors(), st.data())
def test_damage_is_a_value_error_or_a_file(tensors: dict[str, Tensor], data: st.DataObject):
    """Any bytes changed or cut away give a ValueError or another readable file, never another error."""
    file = bytearray(dump(tensors, {"labels": "up down"}))
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), max_size=3)):
        file[place] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        parse(bytes(file[: data.draw(st.integers(0, len(file)))]))


@given(_json)
def test_any_json_header(header: object):
    """A header of any JSON gives a ValueError or a readable file, never another error."""
    with suppress(ValueError):
        parse(with_header(header, bytes(16)))
