"""The spellings' values, against NumPy, statistics and plain Python; the conformance suite compares engines."""

import math
import statistics
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import expressions as x
from workbench.engines import lowered
from workbench.errors import ExpressionError

_CONNECTION = duckdb.connect()
NUMBERS = st.floats(-1e4, 1e4, allow_nan=False)


def ask(table: pa.Table, make: Any) -> list[dict[str, Any]]:
    """What DuckDB answers to an expression over one table."""
    expr = make(ibis.table(ibis.Schema.from_pyarrow(table.schema), name="t"))
    with _CONNECTION.cursor() as connection:
        connection.register("t", table)
        return connection.execute(lowered.text(lowered.compiled(expr, "duckdb"), "duckdb")).to_arrow_table().to_pylist()


def one(values: list[Any], make: Any, kind: pa.DataType | None = None) -> Any:
    [row] = ask(pa.table({"v": pa.array(values, kind)}), lambda t: t.agg(made=make(t.v)))
    return row["made"]


@settings(max_examples=40)
@given(st.lists(NUMBERS | st.none() | st.just(math.nan), min_size=1, max_size=30))
def test_mean_spread_and_total_are_those_of_statistics(values: list[float | None]):
    """To the digits that are kept; NaN and null count as missing."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    expected = (statistics.fmean(known), statistics.pstdev(known), math.fsum(known)) if known else (None, None, None)
    found = tuple(one(values, make, pa.float64()) for make in (x.mean, x.spread, x.total))
    assert found == pytest.approx(expected, abs=2e-6, nan_ok=False) if known else found == expected


@settings(max_examples=40)
@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20))
def test_whole_numbers_are_added_exactly(values: list[int]):
    """Their sum is rounded once, however large it is on the way."""
    assert one(values, x.total) == float(sum(values))


def test_the_order_of_rows_changes_no_bit():
    """Adding floats does: that is why they are added as whole numbers."""
    rng = np.random.default_rng(3)
    values = rng.random(1000)
    shuffled = rng.permutation(values)
    assert one(list(values), x.mean) == one(list(shuffled), x.mean)
    assert float(np.cumsum(values)[-1]) != float(np.cumsum(shuffled)[-1])


@settings(max_examples=40)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=30))
def test_correlation_is_numpys(pairs: list[tuple[float, float]]):
    a, b = (np.round(np.array(side), 6) for side in zip(*pairs, strict=True))
    [row] = ask(pa.table({"a": a, "b": b}), lambda t: t.agg(r=x.correlation(t.a, t.b)))
    if a.std() < 1e-3 or b.std() < 1e-3:
        return
    assert row["r"] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-5)


def test_a_constant_column_has_no_correlation():
    [row] = ask(pa.table({"a": [1.0, 1.0], "b": [1.0, 2.0]}), lambda t: t.agg(r=x.correlation(t.a, t.b)))
    assert row["r"] is None


@settings(max_examples=40)
@given(
    st.lists(NUMBERS, min_size=1, max_size=40),
    st.lists(st.sampled_from([0, 0.1, 0.25, 0.5, 0.7, 1]), min_size=1, unique=True),
)
def test_quantiles_are_numpys_inverted_cdf(values: list[float], wanted: set[float]):
    """https://numpy.org/doc/stable/reference/generated/numpy.quantile.html, method inverted_cdf, of tenths exactly."""
    [row] = ask(pa.table({"v": values}), lambda t: x.quantiles(t, "v", sorted(wanted)))
    ordered = sorted(values)
    expected = {x.quantile_name(q): ordered[max(-(-round(q * 100) * len(values) // 100) - 1, 0)] for q in wanted}
    assert row == expected


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("What a JOY!", "joy", True), ("enjoy", "joy", False), ("naïve", "na", False), ("the École", "École", True),
        ("I don't", "don't", True), ("so  good", "so good", False), ("so good", "So Good", True),
        ("“joy”", "joy", True),
        ("a\nb", "b", True), ("joyé", "joy", False), ("", "joy", False), ("x_y", "y", True),
    ],
)  # fmt: skip
def test_a_word_is_whole(text: str, wanted: str, expected: bool):
    [row] = ask(pa.table({"t": [text]}), lambda t: t.select(found=x.word(t.t, wanted)))
    assert row["found"] is expected


@settings(max_examples=40)
@given(st.integers(-1000, 1000), st.integers(1, 50))
def test_a_bucket_is_pythons_floor(value: int, width: int):
    assert one([value], lambda v: x.bucket(v, width).max()) == value // width * width


@pytest.mark.parametrize(
    ("value", "expected"), [(2.5, 3.0), (-2.5, -2.0), (0.5, 1.0), (1.25, 1.0), (None, None), (math.nan, None)]
)
def test_halves_are_rounded_up(value: float | None, expected: float | None):
    assert one([value], lambda v: x.rounded(v, 0).max(), pa.float64()) == expected


@settings(max_examples=40)
@given(st.text(max_size=12), st.integers(2, 20), st.integers(0, 99))
def test_a_fold_beside_the_data_is_pythons(item: str, folds: int, seed: int):
    if "\0" in item:
        return
    assert one([item], lambda v: x.fold(v, folds, seed).max(), pa.string()) == x.fold_of(item, folds, seed)


def test_folds_are_of_equal_size():
    """2,000 items in 5 folds: a chi-squared of 4 degrees of freedom is below 18.5 in 999 of 1,000 cases."""
    counts = np.bincount([x.fold_of(f"item {i}", 5) for i in range(2000)], minlength=5)
    assert ((counts - 400) ** 2 / 400).sum() < 18.5


def test_a_share_is_of_what_is_known():
    """Null is in neither part; of no rows there is none."""
    assert one([True, False, None, True], x.share) == 2 / 3
    assert one([None], x.share, pa.bool_()) is None


def test_missing_and_distinct_take_nan_for_nothing():
    assert (one([1.0, math.nan, None, 1.0], x.missing), one([1.0, math.nan, None, 1.0], x.distinct)) == (2, 1)


def test_top_breaks_ties_by_bytes():
    found = ask(pa.table({"v": ["b", "é", "Z", "b", None, None]}), lambda t: x.top(t, "v", 3))
    assert found == [{"value": "b", "n": 2}, {"value": None, "n": 2}, {"value": "Z", "n": 1}]


def test_what_cannot_be_held_says_so():
    """A float beyond 9e9 with nine digits overflows loudly; fewer digits are the way out."""
    with pytest.raises(duckdb.Error):
        one([1e12], x.mean)
    assert one([1e12], lambda v: x.mean(v, digits=3)) == 1e12


@pytest.mark.parametrize(
    "make",
    [
        lambda t: x.word(t.text, "!"), lambda t: x.word(t.n, "joy"), lambda t: x.bucket(t.score, 3),
        lambda t: x.bucket(t.n, 0), lambda t: x.fold(t.n, 5), lambda t: x.fold(t.text, 1), lambda t: x.mean(t.text),
        lambda t: x.rounded(t.score, 16), lambda t: x.quantiles(t, "score", [1.5]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(make: Any):
    with pytest.raises(ExpressionError):
        make(ibis.table({"text": "string", "n": "int64", "score": "float64"}, name="t"))
