"""Spark, local and as a session that was given: tables come to it, the limit holds, what overflows says so."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from tests.workbench.engines import cases, on_cluster
from workbench import expressions as x
from workbench.catalog import describe
from workbench.engines import shipped
from workbench.engines.spark import Spark, _arrow
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


@pytest.mark.parametrize("rows", [False, True])
def test_a_table_that_goes_with_the_query_is_the_file_s(spark: SimpleNamespace, tmp_path: Path, rows: bool):
    """Type by type and value by value, as Arrow or, on Spark 3.5, one by one."""
    session, table = spark.engine._session, cases.rows()
    frame = shipped.with_query(session, table, rows=rows)
    file = shipped.frame(session, table, str(tmp_path / "a.parquet"))
    assert frame.inputFiles() == []
    assert len(file.inputFiles()) == 1
    assert frame.schema == file.schema
    columns = [name for name in table.column_names if name != "score"]  # which has NaN, unequal to itself
    assert _arrow(frame.select(columns)).to_pylist() == _arrow(file.select(columns)).to_pylist()
    assert list(map(repr, _arrow(frame)["score"])) == list(map(repr, _arrow(file)["score"]))


@pytest.mark.parametrize(
    ("master", "here"),
    [("local", True), ("local[4]", True), ("local[*,3]", True), (on_cluster.MASTER, False), ("yarn", False),
     ("spark://10.0.0.1:7077", False), ("k8s://https://host", False), ("", False)],
)  # fmt: skip
def test_only_a_local_master_reads_files_of_ours(master: str, here: bool):
    """Where nobody says which it is, it is taken for another machine."""
    assert shipped.is_here(master) is here


@pytest.mark.rehearsal
def test_a_cluster_s_executors_get_what_lies_here(tmp_path: Path):
    """A CSV file and a table, joined by processes that read no file of the driver's."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed (Debian: openjdk-17-jre-headless)")
    home = Path(pytest.importorskip("pyspark").__file__).parent
    (tmp_path / "spark").mkdir()
    for part in home.iterdir():  # a home of its own, as workers write into it
        (tmp_path / "spark" / part.name).symlink_to(part)
    (tmp_path / "truth.csv").write_text("item,genre\n" + "".join(f"play {n},genre {n % 2}\n" for n in range(6)))
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE likes (item TEXT, n INTEGER)")
        connection.executemany("INSERT INTO likes VALUES (?, ?)", [(f"play {n}", n) for n in range(6)])
    connection.close()
    environment = {**os.environ, "SPARK_HOME": str(tmp_path / "spark"), "SPARK_LOCAL_IP": "127.0.0.1",
                   "SPARK_SCALA_VERSION": "2.13"}  # fmt: skip
    command = [sys.executable, "-m", on_cluster.__name__, str(tmp_path)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == [{"genre": "genre 0", "n": 6}, {"genre": "genre 1", "n": 9}]
    assert (found["master"], found["files"]) == (on_cluster.MASTER, [])
    assert 0 < found["estimated"] < 10_000
