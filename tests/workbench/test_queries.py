"""Asking: refused above the budget, answered from the cache where nothing changed, and what moved is noted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import moved
from workbench.cache import Cache
from workbench.catalog import describe
from workbench.engines.duckdb import DuckDB
from workbench.errors import BudgetError
from workbench.queries import ask
from workbench.settings import Settings, SourceSpec

ROWS = 5000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    table = pa.table({"n": list(range(ROWS)), "text": [f"a text of some length {n}" for n in range(ROWS)]})
    pq.write_table(table, tmp_path / "t.parquet")
    return Settings(
        sources={"t": SourceSpec("t", "parquet", str(tmp_path / "t.parquet"))}, folder=str(tmp_path / "work"),
        bytes_per_query=50_000,
    )  # fmt: skip


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    made = DuckDB(None)
    yield made
    made.close()


def test_an_aggregate_is_answered_once(settings: Settings, engine: DuckDB):
    """The second analyst gets it from the cache, another engine's process too; nothing moves."""
    t = engine.table(describe(settings, "t"))
    first = ask(settings, engine, t.agg(n=t.n.sum()), run="r1")
    other = DuckDB(None)
    t = other.table(describe(settings, "t"))
    second = ask(settings, other, t.agg(n=t.n.sum()), run="r2")
    other.close()
    assert first.table.to_pylist() == second.table.to_pylist() == [{"n": sum(range(ROWS))}]
    assert (first.cached, second.cached, second.moved_bytes) == (False, True, 0)
    assert first.moved_bytes > 0


def test_other_data_are_another_question(settings: Settings, engine: DuckDB, tmp_path: Path):
    t = engine.table(describe(settings, "t"))
    ask(settings, engine, t.agg(n=t.n.sum()))
    pq.write_table(pa.table({"n": [7], "text": ["x"]}), tmp_path / "t.parquet")
    t = engine.table(describe(settings, "t"))
    found = ask(settings, engine, t.agg(n=t.n.sum()))
    assert (found.cached, found.table.to_pylist()) == (False, [{"n": 7}])


def test_what_would_move_too_much_is_refused_before_it_does(settings: Settings, engine: DuckDB):
    """The error has the estimate, the limit and the way out; nothing moved but a count."""
    t = engine.table(describe(settings, "t"))
    with pytest.raises(BudgetError) as error:
        ask(settings, engine, t)
    assert error.value.estimated
    assert error.value.limit_bytes == 50_000
    assert error.value.found_bytes == pytest.approx(t_bytes(), rel=0.2)
    assert "bytes_per_query" in error.value.way_out
    assert engine.moved_bytes < 100


def t_bytes() -> int:
    """What the whole table is in memory."""
    texts = [f"a text of some length {n}" for n in range(ROWS)]
    return pa.table({"n": list(range(ROWS)), "text": texts}).nbytes


def test_a_planner_that_fears_too_much_is_corrected(settings: Settings, engine: DuckDB):
    """Where the estimate is above the limit, rows are counted; a filter that leaves three of them is answered."""
    t = engine.table(describe(settings, "t"))
    expr = t.filter((t.n + 0 < 3) | (t.text == "never"))
    assert engine.estimate(expr).bytes > settings.bytes_per_query // 4
    assert ask(settings, engine, expr).table.num_rows == 3


def test_the_limit_holds_where_the_estimate_was_wrong(settings: Settings, engine: DuckDB):
    """Reading stops as soon as more has moved."""
    t = engine.table(describe(settings, "t"))
    with pytest.raises(BudgetError) as error:
        engine.run(t, limit_bytes=10_000)
    assert not error.value.estimated


def test_what_moved_is_noted_by_run(settings: Settings, engine: DuckDB):
    """A line for each query, cached or not, without the query's words; `runs` adds them up."""
    t = engine.table(describe(settings, "t"))
    expr = t.filter(t.text == "a secret word").count().as_table()
    answers = [ask(settings, engine, expr, run=run) for run in ("a", "b", "a")]
    lines = list(moved.lines(settings, "a"))
    assert [line.cached for line in lines] == [False, True]
    assert moved.total_bytes(settings, "a") == answers[0].moved_bytes > 0
    assert lines[0].sources == ("t",)
    assert "secret" not in (Path(settings.folder) / moved.FILE).read_text()


def test_a_line_that_was_cut_off_is_left_out(settings: Settings, engine: DuckDB):
    t = engine.table(describe(settings, "t"))
    ask(settings, engine, t.count().as_table(), run="a")
    with open(os.path.join(settings.folder, moved.FILE), "a") as file:
        file.write('{"run": "a", "at"')
    assert len(list(moved.lines(settings))) == 1


def test_a_damaged_result_is_computed_again(settings: Settings, engine: DuckDB):
    """A cache is never a reason to fail."""
    t = engine.table(describe(settings, "t"))
    ask(settings, engine, t.count().as_table())
    [path] = (Path(settings.folder) / "cache").glob("*.arrow")
    path.write_bytes(path.read_bytes()[:40])
    assert not ask(settings, engine, t.count().as_table()).cached


def test_the_cache_has_an_end(tmp_path: Path):
    """What was not used for the longest time goes; a result that is too large is not kept."""
    table = pa.table({"n": list(range(1000))})
    cache = Cache(str(tmp_path), limit_bytes=25_000)
    for number, key in enumerate("abcd"):
        cache.put(key, table)
        os.utime(tmp_path / f"{key}.arrow", (number, number))
    assert [key for key in "abcd" if cache.get(key) is not None] == ["c", "d"]
    cache.put("e", pa.table({"n": list(range(10_000))}))
    assert cache.get("e") is None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("")
    Cache(str(tmp_path / "file")).put("a", pa.table({"n": [1]}))
    assert Cache(str(tmp_path / "file")).get("a") is None


@given(st.lists(st.tuples(st.none() | st.text(), st.floats(allow_nan=False) | st.none(), st.booleans())))
def test_a_result_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]):
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    kinds = (pa.string(), pa.float64(), pa.bool_())
    table = pa.table({n: pa.array(c, k) for n, c, k in zip("abc", columns, kinds, strict=True)})
    cache = Cache(str(tmp_path_factory.mktemp("cache")))
    cache.put("k", table)
    assert cache.get("k") == table
