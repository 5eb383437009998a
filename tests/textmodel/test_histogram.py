"""Answers as counts in buckets: each answer once in each field, in the bucket that holds it."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel import histogram
from textmodel.histogram import BUCKETS, SIZES, TENTHS

ANSWERS = st.tuples(st.sampled_from(["negative", "neutral", "positive"]), st.floats(0, 1), st.floats(0, 1),
                    st.integers(0, 5_000_000))  # fmt: skip


@pytest.mark.parametrize(
    ("share", "bucket"),
    [(0.0, "0.0-0.1"), (0.0999, "0.0-0.1"), (0.1, "0.1-0.2"), (0.3, "0.3-0.4"), (0.7, "0.7-0.8"), (0.93, "0.9-1.0"),
     (1.0, "0.9-1.0")],
)  # fmt: skip
def test_the_tenth_of_a_share(share: float, bucket: str):
    """A tenth holds its lower limit; the last holds both."""
    found = histogram.one("neutral", share, share, 1)
    assert found["score"] == found["known"] == {bucket: 1}


@pytest.mark.parametrize(
    ("chars", "bucket"),
    [(0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (63, "32-63"), (64, "64-127"), (127, "64-127"),
     (50_000, "32768-65535")],
)  # fmt: skip
def test_the_power_of_two_of_a_length(chars: int, bucket: str):
    """A bucket goes from a power of two to below the next; none and one are apart."""
    assert histogram.one("neutral", 0.5, 0.5, chars)["chars"] == {bucket: 1}


@given(share=st.floats(0, 1), chars=st.integers(0, 2**60))
def test_a_value_lies_in_its_bucket(share: float, chars: int):
    """The limits that a bucket's name tells hold what is in it."""
    found = {field: next(iter(counts)) for field, counts in histogram.one("neutral", share, share, chars).items()}
    low, _, high = found["score"].partition("-")
    assert float(low) - 1e-9 <= share <= float(high) + 1e-9
    low, _, high = found["chars"].partition("-")
    assert int(low) <= chars <= int(high or low)


@given(rows=st.lists(ANSWERS, max_size=30))
def test_many_are_the_sum_of_each(rows: list[tuple[str, float, float, int]]):
    """A batch's histogram counts what its answers' own do, each answer once in each field."""
    singles = [histogram.one(*row) for row in rows]
    expected = {field: dict(Counter(next(iter(one[field])) for one in singles)) for field in BUCKETS}
    found = histogram.of(rows)
    assert found == expected
    assert {sum(counts.values()) for counts in found.values()} == {len(rows)} == {histogram.size(found)}


@given(first=st.lists(ANSWERS, max_size=9), second=st.lists(ANSWERS, max_size=9))
def test_adding_is_answering_both(
    first: list[tuple[str, float, float, int]], second: list[tuple[str, float, float, int]]
):
    """Two histograms added are that of all answers, and the one that is added stays as it was."""
    total, more = histogram.of(first), histogram.of(second)
    before = json.dumps(more)
    histogram.add(total, more)
    assert total == histogram.of(first + second)
    assert json.dumps(more) == before


def test_names_are_in_order_and_few():
    """Buckets are named once, in the order of what they hold, whatever a text's length."""
    assert len(set(TENTHS)) == 10
    assert len(set(SIZES)) == len(SIZES) == 64
    assert list(TENTHS) == sorted(TENTHS)
    assert [int(name.partition("-")[0]) for name in SIZES] == sorted(int(name.partition("-")[0]) for name in SIZES)
