"""CBOR against botocore's own reader, the standard's examples, and bytes that are none."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from botocore.parsers import RpcV2CBORParser
from hypothesis import given
from hypothesis import strategies as st

from app.cbor import MAX_DEPTH, NotCbor, dump, load

SINGLES = st.floats(width=32, allow_nan=False).map(lambda value: struct.unpack("f", struct.pack("f", value))[0])
LEAVES = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | SINGLES | st.binary() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)
HEADS = (b"\x18\x18", b"\x19\x03\xe8", b"\x1a\x00\x0f\x42\x40", b"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00")
STANDARD = {
    "00": 0, "17": 23, "1818": 24, "1903e8": 1000, "1bffffffffffffffff": 2**64 - 1, "20": -1, "3903e7": -1000,
    "f93c00": 1.0, "fa47c35000": 100000.0, "fb3ff199999999999a": 1.1, "f97c00": math.inf, "f4": False, "f5": True,
    "f6": None, "f7": None, "4401020304": b"\x01\x02\x03\x04", "60": "", "62c3bc": "ü", "64f0908591": "𐅑",
    "c11a514b67b0": 1363896240, "80": [], "83010203": [1, 2, 3], "a26161016162820203": {"a": 1, "b": [2, 3]},
    "5f42010243030405ff": b"\x01\x02\x03\x04\x05", "7f657374726561646d696e67ff": "streaming", "9fff": [],
    "9f018202039f0405ffff": [1, [2, 3], [4, 5]], "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]},
}  # fmt: skip
"""Appendix A of RFC 8949, as far as this protocol goes."""
BROKEN = {
    "": "within an item", "18": "within an item", "62c3": "within an item", "8201": "within an item",
    "a16161": "within an item", "9f01": "within an item", "9bffffffffffffffff": "within an item",
    "5bffffffffffffffff": "within an item", "1c": "a length that is none at byte 0", "1f": "a length that is none",
    "fc": "a simple value that is none", "ff": "a simple value that is none", "61ff": "not UTF-8 at byte 0",
    "63eda080": "not UTF-8", "a10102": "a key that is no text at byte 1", "a1800102": "a key that is no text",
    "5f6161ff": "a string of other parts at byte 1", "7f7fffff": "a string of other parts", "0000": "from byte 1",
}  # fmt: skip


def theirs(data: bytes) -> Any:
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(data))


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    """Every value of the protocol comes back."""
    assert load(dump(value)) == value


def without_nulls(value: Any) -> Any:
    """As botocore reads maps: a null member is none."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@given(VALUES)
def test_what_is_written_is_what_botocore_reads(value: Any) -> None:
    """botocore, which shares no line with this module, reads the same value."""
    assert theirs(dump(value)) == without_nulls(value)


@pytest.mark.parametrize(("data", "value"), STANDARD.items())
def test_the_standards_examples(data: str, value: Any) -> None:
    """Each of the standard's examples is what it says."""
    assert load(bytes.fromhex(data)) == value


@pytest.mark.parametrize(("head", "value"), [*zip(HEADS, (24, 1000, 10**6, 10**12), strict=True)])
def test_lengths_take_as_few_bytes_as_they_can(head: bytes, value: int) -> None:
    """One, two, four or eight bytes hold a number."""
    assert dump(value) == head


@pytest.mark.parametrize(("data", "why"), BROKEN.items())
def test_what_is_no_cbor_is_told_where(data: str, why: str) -> None:
    """Ends too early, wrong lengths, other keys and half characters are refused, by their byte."""
    with pytest.raises(NotCbor, match=why):
        load(bytes.fromhex(data))


@given(st.binary())
def test_any_bytes_are_an_item_or_not_cbor(data: bytes) -> None:
    """Nothing else is raised, whatever comes."""
    try:
        load(data)
    except NotCbor as error:
        assert str(error)  # noqa: PT017  # both ends are right


def test_depth_is_limited() -> None:
    """As deep as the limit is read, one deeper is refused, and a megabyte of lists too."""
    assert load(b"\x81" * MAX_DEPTH + b"\x00")
    for deep in (b"\x81" * (MAX_DEPTH + 1) + b"\x00", b"\x81" * 1_000_000, b"\xc1" * 1_000_000, b"\x9f" * 1_000_000):
        with pytest.raises(NotCbor, match=f"nested deeper than {MAX_DEPTH}"):
            load(deep)


def test_a_value_of_another_type_is_a_mistake_of_ours() -> None:
    """What the protocol has no form for is not written."""
    with pytest.raises(TypeError, match="set"):
        dump({"a": {1}})
