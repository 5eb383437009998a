"""A plan goes through its document unchanged, and one that does not fit itself is refused."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.errors import ManifestError, PlanError
from batch.manifest import Code, Manifest, Piece, Planned, Shard, from_json, to_json
from batch.records import Source
from batch.shards import split


def planned(rows: int) -> Planned:
    return Planned("a.csv", "aa", "csv", False, 100, "s3://b/a.csv", rows)


def of(sources: list[Planned], shards: list[Shard]) -> Manifest:
    return Manifest("p1", "2026-11-21", Code("s3://b/c", "00", 1), {"engines": "ñ"}, tuple(sources), tuple(shards))


def measure(counts: dict[str, int]) -> Callable[[Source, int], Any]:
    """Sources of so many rows, by name."""

    def pieces(source: Source, every: int) -> Any:
        rows = counts[source.name]
        return (Piece(0, first, min(first + every, rows)) for first in range(0, rows, every))

    return pieces


def source(name: str, source_id: str | None = None) -> Source:
    return Source(name, source_id or name, "csv", False, 100, f"/{name}")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.integers(1, 20))
def test_every_row_is_in_one_shard_and_comes_back(counts: list[int], rows_a_shard: int):
    """Whatever the sources and the size, shards are not too large, hold each row once, and survive the document."""
    names = {f"s{n}": count for n, count in enumerate(counts)}
    if not sum(counts):
        with pytest.raises(PlanError, match="not a single row"):
            split([source(name) for name in names], rows_a_shard, measure(names))
        return
    sources, shards = split([source(name) for name in names], rows_a_shard, measure(names))
    rows = [(p.source, n) for shard in shards for p in shard.pieces for n in range(p.first, p.past)]
    assert rows == [(s, n) for s, count in enumerate(counts) for n in range(count)]
    assert all(0 < shard.rows <= rows_a_shard for shard in shards)
    made = of(sources, shards)
    assert from_json(to_json(made), "here") == made


def test_equal_sources_count_once():
    """A file under two names is read once; the plan says of which one it is a copy."""
    sources, shards = split([source("a", "x"), source("b", "x")], 10, measure({"a": 5, "b": 5}))
    assert [s.duplicate_of for s in sources] == [None, 0]
    assert [shard.rows for shard in shards] == [5]


def test_too_many_shards_are_refused_with_a_way_out():
    with pytest.raises(PlanError, match="20,000 shards are more than 10,000: ask for 4 rows a shard or more"):
        split([source("a")], 1, measure({"a": 20_000}))


def test_a_part_keeps_the_numbers():
    made = of([planned(9)], [Shard(n, (Piece(0, n, n + 1),)) for n in range(9)])
    assert [shard.number for shard in made.only([7, 2]).shards] == [2, 7]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "it has version 2, this code knows 1"),
        ({"rows": 11}, "its shards hold 10 rows, it says 11"),
        ({"shards": [{"number": 0, "pieces": [{"source": 0, "first": 0, "past": 20}]}], "rows": 20}, "do not fit"),
        ({"shards": [{"number": 0, "pieces": [{"source": 1, "first": 0, "past": 10}]}]}, "there is no source 1"),
        (
            {"shards": [{"number": 0, "pieces": [{"source": 0, "first": "0", "past": 10}]}]},
            "a field is missing or wrong",
        ),
        ({"code": {"url": "s3://b/c"}}, "a field is missing or wrong"),
        ({"sources": None}, "a field is missing or wrong"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], said: str):
    """A wrong version, wrong counts, rows that are not there: the place is named."""
    good = json.loads(to_json(of([planned(10)], [Shard(0, (Piece(0, 0, 10),))])))
    with pytest.raises(ManifestError, match=f"^s3://b/m: .*{re.escape(said)}"):
        from_json(json.dumps({**good, **change}).encode(), "s3://b/m")


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b"\xff", b"null", b'"a"'])
def test_what_is_no_manifest_is_refused(document: bytes):
    with pytest.raises(ManifestError, match="it is no manifest"):
        from_json(document, "s3://b/m")
