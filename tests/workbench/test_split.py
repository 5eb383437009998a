"""Splits by item: the same for everybody with the same seed, on every engine, and never an item in two parts."""

import doctest
from hashlib import sha256

import duckdb
import ibis
import pytest

from workbench import split
from workbench.engines import lowered
from workbench.errors import ColumnError, SettingsError

ITEMS = [f"item {n} é" for n in range(3000)]


def computed(table: ibis.Table, rows: list[tuple]) -> list[dict]:
    """The rows of an expression over rows, by DuckDB."""
    connection = duckdb.connect()
    columns = {name: [row[n] for row in rows] for n, name in enumerate(table.op().parent.schema.names)}
    import pyarrow as pa

    connection.register("t", pa.table(columns))
    return connection.execute(lowered.text(lowered.compiled(table, "duckdb"), "duckdb")).to_arrow_table().to_pylist()


def test_an_item_is_where_its_hash_says():
    """As computed by hand: the first 60 bits of SHA-256 of item and seed, modulo 100."""
    table = ibis.table({"item": "string"}, name="t")
    parts = split.parse("train:70,validate:10,test:20")
    found = computed(split.divided(table, "item", parts, 7, "posts"), [(one,) for one in ITEMS])
    for row in found:
        number = int(sha256(f"{row['item']}7".encode()).hexdigest()[:15], 16)
        below_100 = number % 100
        expected = "train" if below_100 < 70 else "validate" if below_100 < 80 else "test"
        assert (row["split"], row["fold"]) == (expected, number % 5)
        assert split.part_of(below_100, parts) == expected
    shares = {name: sum(row["split"] == name for row in found) / len(found) for name in ("train", "validate", "test")}
    assert shares == pytest.approx({"train": 0.7, "validate": 0.1, "test": 0.2}, abs=0.03)


def test_another_seed_is_another_split():
    """And the same seed the same."""
    table = ibis.table({"item": "string"}, name="t")
    parts = split.parse(split.DEFAULT)
    a, b, again = (
        [row["split"] for row in computed(split.divided(table, "item", parts, seed, "posts"), [(i,) for i in ITEMS])]
        for seed in (0, 1, 0)
    )
    assert a == again
    assert sum(x != y for x, y in zip(a, b, strict=True)) > 500


def test_numbers_are_items_too():
    """As their text."""
    table = ibis.table({"item": "int64"}, name="t")
    found = computed(split.divided(table, "item", split.parse(split.DEFAULT), 0, "posts"), [(n,) for n in range(50)])
    for row in found:
        assert row["fold"] == int(sha256(f"{row['item']}0".encode()).hexdigest()[:15], 16) % 5


def test_a_part_can_be_a_column():
    """Then it is taken as it is."""
    table = ibis.table({"item": "string", "part": "string"}, name="t")
    found = computed(split.divided(table, "item", split.parse("column:part"), 0, "p"), [("a", "dev"), ("b", "x")])
    assert [row["split"] for row in found] == ["dev", "x"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("train:80", "parts and their per cent such as train:80,test:20"),
        ("train:80,test:30", "100 per cent in all, found 110"),
        ("train:50,train:50", "parts and their per cent"),
        ("train:0,test:100", "parts and their per cent"),
        ("train:0,test:99,more:1", "parts and their per cent"),
        ("train:eighty,test:20", "parts and their per cent"),
        ("column:", "parts and their per cent"),
        ("", "parts and their per cent"),
    ],
)
def test_what_is_no_split_is_told(text: str, told: str):
    """With what it could be."""
    with pytest.raises(SettingsError, match=told):
        split.parse(text)


@pytest.mark.parametrize(
    ("columns", "item", "text", "told"),
    [
        (["text"], "item", split.DEFAULT, "posts: column 'item': expected a column of that name, found only text"),
        (["item"], "item", "column:part", "posts: column 'part': expected a column of that name"),
        (["item", "split"], "item", split.DEFAULT, "posts: column 'split': expected no column of that name"),
        (["item", "fold"], "item", split.DEFAULT, "posts: column 'fold': expected no column of that name"),
    ],
)
def test_columns_that_are_missing_or_in_the_way(columns: list[str], item: str, text: str, told: str):
    """Nothing is written over in silence."""
    table = ibis.table(dict.fromkeys(columns, "string"), name="t")
    with pytest.raises(ColumnError, match=told):
        split.divided(table, item, split.parse(text), 0, "posts")


@pytest.mark.parametrize("name", ["split", "joins"])
def test_the_examples_of_a_module_hold(name: str):
    """There are some, and none fails."""
    import importlib

    results = doctest.testmod(importlib.import_module(f"workbench.{name}"))
    assert results.failed == 0
    assert results.attempted > 0
