"""Spark, local and as a session that was given: tables come to it, the limit holds, what overflows says so."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from workbench import expressions as x
from workbench.catalog import describe
from workbench.engines.spark import Spark
from workbench.errors import BudgetError, EngineError
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec

# pyspark does not close the socket that toArrow reads from
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def given(spark: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """An engine over a session that is another's, as on Glue, with a SQLite database."""
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE likes (item TEXT, n INTEGER, note TEXT)")
        connection.executemany(
            "INSERT INTO likes VALUES (?, ?, ?)", [(f"play {i}", i * 10, "x" * 500) for i in range(6)]
        )
    connection.close()
    database = Operational(str(tmp_path / "a.db"))
    engine = Spark(spark.engine._session, database, str(tmp_path))
    spec = SourceSpec("likes", "table", "likes")
    settings = Settings(store=f"sqlite:///{tmp_path}/a.db", sources={"likes": spec})
    yield SimpleNamespace(engine=engine, likes=engine.table(describe(settings, "likes")))
    engine.close()


def test_a_session_that_was_given_goes_on(given: SimpleNamespace, spark: SimpleNamespace):
    """Closing the engine does not stop it."""
    given.engine.close()
    assert spark.engine.rows(spark.texts) == 400


def test_a_table_is_joined_with_its_needed_columns_alone(given: SimpleNamespace, settings: Settings):
    """The notes of 500 letters stay where they are."""
    texts = given.engine.table(describe(settings, "texts"))
    joined = texts.join(given.likes, "item").group_by("item").agg(n=lambda t: t.n_right.max(), rows=lambda t: t.count())
    found = given.engine.run(joined.order_by("item"))
    assert found["n"].to_pylist() == [0, 10, 20, 30, 40, 50]
    assert sum(found["rows"].to_pylist()) == 400
    assert given.engine._fetcher.moved_bytes < 500


def test_the_limit_holds(spark: SimpleNamespace):
    with pytest.raises(BudgetError):
        spark.engine.run(spark.texts, limit_bytes=1000)


def test_an_estimate_is_sparks_own(spark: SimpleNamespace):
    """A limit of ten rows is estimated below the whole."""
    few, many = (spark.engine.estimate(expr).bytes for expr in (spark.texts.limit(1), spark.texts))
    assert 0 < few < many


def test_what_overflows_says_so(spark: SimpleNamespace):
    """No null and no other number: ANSI mode."""
    with pytest.raises(EngineError, match=r"CAST_OVERFLOW|overflow"):
        spark.engine.run(spark.texts.agg(m=x.mean(spark.texts.big.cast("float64"))))


def test_a_result_larger_than_one_file_keeps_its_order(spark: SimpleNamespace):
    """Files are read in the order in which Spark numbered them."""
    found = spark.engine.run(spark.texts.select("at").order_by("at"))
    assert found["at"].combine_chunks().equals(pa.array(sorted(found["at"].to_pylist()), pa.timestamp("us")))
