"""Tensors against tritonclient's own writing and reading of them, and everything about one that can be wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tritonclient.utils import deserialize_bytes_tensor, serialize_byte_tensor

from app.tensors import Tensor, TensorError, count, from_binary, from_json, outputs
from textmodel import Prediction

TEXTS = st.lists(st.text(max_size=300), min_size=1, max_size=20)
SINGLES = st.lists(st.floats(0, 1, width=32), max_size=20)
ANSWERS = [
    Prediction("no", 0.75, {"no": 0.75, "yes": 0.25}, "m-1", reliable=True, target=0.9, coverage=0.5, known=0.5,
               warnings=()),
    Prediction("yes", 0.625, {"no": 0.375, "yes": 0.625}, "m-1", reliable=False, target=0.9, coverage=0.5, known=0.0,
               warnings=("too-short",)),
]  # fmt: skip


@given(TEXTS)
def test_texts_as_triton_writes_them_are_read(texts: list[str]) -> None:
    """A client's bytes give its texts."""
    written = serialize_byte_tensor(np.array([text.encode() for text in texts], dtype=np.object_)).item()
    assert from_binary(written, len(texts)) == texts


@given(TEXTS)
def test_texts_are_written_as_triton_reads_them(texts: list[str]) -> None:
    """A client reads the texts that were written."""
    read = deserialize_bytes_tensor(Tensor("BYTES", (len(texts),), texts).binary())
    assert [raw.decode() for raw in read] == texts


@given(SINGLES)
def test_numbers_are_written_as_numpy_reads_them(numbers: list[float]) -> None:
    """Four bytes each, the lowest first."""
    assert np.frombuffer(Tensor("FP32", (len(numbers),), numbers).binary(), "<f4").tolist() == numbers


@given(st.lists(st.booleans(), max_size=20))
def test_booleans_are_a_byte_each(values: list[bool]) -> None:
    """One for true, zero for false."""
    assert np.frombuffer(Tensor("BOOL", (len(values),), values).binary(), np.bool_).tolist() == values


def test_outputs_hold_every_answer_in_order() -> None:
    """Rows are texts; the columns of the scores are named by the labels."""
    found = outputs(("no", "yes"), ANSWERS)
    assert found == {
        "label": Tensor("BYTES", (2,), ["no", "yes"]),
        "score": Tensor("FP32", (2,), [0.75, 0.625]),
        "scores": Tensor("FP32", (2, 2), [0.75, 0.25, 0.375, 0.625]),
        "labels": Tensor("BYTES", (2,), ("no", "yes")),
        "reliable": Tensor("BOOL", (2,), [True, False]),
        "known": Tensor("FP32", (2,), [0.5, 0.0]),
    }


def test_every_output_has_as_many_values_as_its_shape_says() -> None:
    """Also without any answer."""
    for answers in (ANSWERS, []):
        for tensor in outputs(("no", "yes"), answers).values():
            assert int(np.prod(tensor.shape)) == len(tensor.values)


@pytest.mark.parametrize(("shape", "n"), [([3], 3), ([3, 1], 3), ([0], 0), ([0, 1], 0), ([1], 1)])
def test_a_shape_says_how_many_texts_there_are(shape: list[int], n: int) -> None:
    """A column of texts is as good as a row."""
    assert count(shape, "$") == n


@pytest.mark.parametrize("shape", [[], [1, 3], [3, 2], [3, 0], [3, 1, 1], [1] * 100])
def test_another_shape_is_refused(shape: list[int]) -> None:
    """Texts have one dimension."""
    with pytest.raises(TensorError, match=r"Expected a shape of \[n\] or \[n, 1\], found \[.*\] - at `\$.x`"):
        count(shape, "$.x")


@pytest.mark.parametrize(
    ("data", "shape"), [(["a", "b"], [2]), (["a", "b"], [2, 1]), ([["a"], ["b"]], [2, 1]), ([], [0]), ([], [0, 1])]
)
def test_texts_in_json(data: list[object], shape: list[int]) -> None:
    """One after the other, or nested as the shape is."""
    assert from_json(data, shape, "$") == ["a", "b"][: shape[0]]


@pytest.mark.parametrize(
    ("data", "shape", "why"),
    [
        (["a"], [2], "Expected 2 texts by the shape, found 1"),
        (["a", "b", "c"], [2], "Expected 2 texts by the shape, found 3"),
        ([["a"], ["b"]], [2], r"got `list` - at `\$.d\[0\]`"),
        (["a", ["b"]], [2, 1], r"got `list` - at `\$.d\[1\]`"),
        ([["a", "b"], ["c"]], [2, 1], r"got `list` - at `\$.d\[0\]`"),
        (["a", 1], [2], r"got `int` - at `\$.d\[1\]`"),
        ([["a"], [None]], [2, 1], r"got `NoneType` - at `\$.d\[1\]`"),
        ([True, "a"], [2], r"got `bool` - at `\$.d\[0\]`"),
    ],
)
def test_data_that_does_not_fit_its_shape_is_refused(data: list[object], shape: list[int], why: str) -> None:
    """Too few, too many, nested otherwise and no texts, each by its place."""
    with pytest.raises(TensorError, match=why):
        from_json(data, shape, "$.d")


@pytest.mark.parametrize(
    ("data", "n", "why"),
    [
        (b"", 1, "Expected 1 texts by the shape, found 0 in the binary data"),
        (b"\x01\x00\x00", 1, "found 0 in the binary data"),
        (b"\x01\x00\x00\x00a", 2, "Expected 2 texts by the shape, found 1"),
        (b"\x02\x00\x00\x00a", 1, "Text 0 ends beyond the binary data, at byte 6 of 5"),
        (b"\xff\xff\xff\xffa", 1, "ends beyond the binary data"),
        (b"\x00\x00\x00\x01a", 1, "ends beyond the binary data"),
        (b"\x01\x00\x00\x00aa", 1, "found 1 bytes of binary data behind them"),
        (b"\x00\x00\x00\x00", 0, "found 4 bytes of binary data behind them"),
        (b"\x01\x00\x00\x00a\x02\x00\x00\x00a\xff", 2, "Text 1 is not UTF-8 at its byte 1"),
        (b"\x03\x00\x00\x00\xed\xa0\x80", 1, "Text 0 is not UTF-8 at its byte 0"),
    ],
)
def test_binary_data_that_does_not_add_up_is_refused(data: bytes, n: int, why: str) -> None:
    """Every length must end where the next begins, the last where the data ends, in UTF-8."""
    with pytest.raises(TensorError, match=why):
        from_binary(data, n)


@given(st.binary(max_size=60), st.integers(0, 5))
def test_any_bytes_are_texts_or_an_error(data: bytes, n: int) -> None:
    """Nothing else is raised, and what is read is what was there."""
    try:
        texts = from_binary(data, n)
    except TensorError:
        return
    assert Tensor("BYTES", (n,), texts).binary() == data
