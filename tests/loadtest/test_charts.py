"""The words and the marks of the report's pictures, which are SVG with text as text."""

import xml.etree.ElementTree as ET

import pytest

from loadtest import charts
from loadtest.rows import Row
from loadtest.summary import Change, Step, steps

RATE, REASON = "ReservedFunctionInvocationRateLimitExceeded", "ReservedFunctionConcurrentInvocationLimitExceeded"


def rows(count: int, throttled_every: int, reason: str, start: float) -> list[Row]:
    """`count` rows, ten a second, the first of them cold."""
    kinds = ["throttled" if n % throttled_every == 0 else "answered" for n in range(1, count + 1)]
    return [
        Row(start + n / 10, 0.1, 5.0 + n, "predict", kind, reason if kind == "throttled" else "",
            "" if kind == "throttled" else "cold" if n == 0 else "warm", 0, True)
        for n, kind in enumerate(kinds)
    ]  # fmt: skip


def words(svg: str) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]  # noqa: S314


@pytest.fixture(scope="module")
def found() -> tuple[list[Step], list[Row], list[Change]]:
    held = rows(100, 4, RATE, 100.0) + rows(100, 5, REASON, 110.0)
    changes = [Change(100.0, 3), Change(110.0, 16)]
    return steps(held, changes, []), held, changes


def test_each_picture_names_the_limits(found: tuple[list[Step], list[Row], list[Change]]):
    """On its axis, which is named too."""
    pictures = charts.draw(*found)
    for name in ("throughput", "latency", "throttles"):
        told = words(pictures[name][1])
        assert {"3", "16", "concurrency limit"} <= set(told), name


def test_shares_stand_on_their_bars(found: tuple[list[Step], list[Row], list[Change]]):
    """75 and 80 in a hundred were answered."""
    assert {"75 %", "80 %", "offered", "answered"} <= set(words(charts.draw(*found)["throughput"][1]))


def test_quantiles_reasons_and_kinds_are_in_their_legends(found: tuple[list[Step], list[Row], list[Change]]):
    """One picture each."""
    pictures = {name: set(words(svg)) for name, (_, svg) in charts.draw(*found).items()}
    assert {"p50", "p95", "p99"} <= pictures["latency"]
    assert {RATE, REASON} <= pictures["throttles"]
    assert {"answered", "throttled"} <= pictures["time"]


def test_without_throttles_the_picture_says_so(found: tuple[list[Step], list[Row], list[Change]]):
    """Rather than showing an empty frame."""
    answered = [row for row in found[1] if row.kind == "answered"]
    assert "none" in words(charts.draw(steps(answered, [], []), answered, [])["throttles"][1])


def test_the_same_rows_give_the_same_bytes(found: tuple[list[Step], list[Row], list[Change]]):
    """A report that is written again differs where the test did."""
    assert charts.draw(*found) == charts.draw(*found)


def test_of_nothing_there_is_no_picture():
    """And no fault."""
    assert charts.draw([], [], []) == {}
