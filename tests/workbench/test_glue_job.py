"""The job of Glue, on a local Spark session that stands for Glue's, held against DuckDB and against plain Python."""

import io
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from workbench import features, glue_job, parquet
from workbench.engines.duckdb import DuckDB
from workbench.engines.spark import _CONFIGURATION
from workbench.errors import BudgetError, ColumnError, SettingsError, SourceError
from workbench.operational import Operational
from workbench.settings import SourceSpec

pytestmark = [  # py4j leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SCORES = {"happy": "score_0", "sad": "score_1"}
FEATURES = {"model": "emotion-1.0.0", "source": "plays", "scores": SCORES}


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A session as Glue has one: made before us, stopped after us."""
    if shutil.which("java") is None:
        pytest.skip("Java 17 is not installed")
    from pyspark.sql import SparkSession

    shared = SparkSession.getActiveSession() is not None  # of the engines' tests, which go on with it
    builder = SparkSession.builder
    for key, value in _CONFIGURATION.items():
        builder = builder.config(key, value)
    made = builder.config("spark.master", "local[1]").getOrCreate()
    yield made
    if not shared:
        made.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions as the loader's bucket has them: of two sources, in folders by model and source."""
    made = tmp_path_factory.mktemp("predictions")
    for source, count in (("plays", 60), ("posts", 20)):
        place = made / "model=emotion-1.0.0" / f"source={source}"
        place.mkdir(parents=True)
        pq.write_table(predictions(count), place / "part-0.parquet")
        (place / "_done.json").write_text("{}")
    return made


def predictions(count: int) -> pa.Table:
    happy = [(n * 37 % 100) / 100 for n in range(count)]
    return pa.table({
        "item": [f"play {n % 4}" for n in range(count)], "text_id": [str(n) for n in range(count)],
        "position": pa.array(range(count), pa.int64()), "label": ["happy" if h >= 0.5 else "sad" for h in happy],
        "score": [max(h, 1 - h) for h in happy], "reliable": [h > 0.8 or h < 0.2 for h in happy],
        "score_0": happy, "score_1": [1 - h for h in happy],
    })  # fmt: skip


def test_features_are_those_of_the_other_engines(session: Any, folder: Path, tmp_path: Path):
    """Of one source, to the last bit; and the shares are what counting gives."""
    found = glue_job.run(session, "features", str(folder), FEATURES)
    source = parquet.describe(SourceSpec("source", "parquet", str(folder)))
    database = Operational(str(tmp_path / "none.db"))
    engine = DuckDB(database, str(tmp_path))
    table = engine.table(source)
    expected = engine.run(features.features(table, SCORES, "emotion-1.0.0", "plays"))
    engine.close()
    assert found.to_pylist() == expected.to_pylist()
    rows = predictions(60).to_pylist()
    happy = Counter(row["item"] for row in rows if row["label"] == "happy")
    shares = {row["item"]: row["share_happy"] for row in found.to_pylist()}
    assert shares == {f"play {n}": happy[f"play {n}"] / 15 for n in range(4)}


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("top", {"column": "source", "count": 1}, [{"value": "plays", "n": 60}]),
        ("missing", {"column": "label"}, [{"missing": 0, "distinct": 2}]),
        ("balance", {"column": "source"}, [{"value": "plays", "n": 60, "share": 0.75},
                                           {"value": "posts", "n": 20, "share": 0.25}]),
        ("quantiles", {"column": "position", "wanted": [0.5, 1.0]}, [{"q0.5": 19.0, "q1": 59.0}]),
    ],
)  # fmt: skip
def test_each_expression_gives_what_counting_gives(
    session: Any, folder: Path, name: str, arguments: dict, expected: list
):
    """Counted by hand: of 80 rows positions 0 to 19 are there twice, 20 to 59 once, so the 40th is 19."""
    assert glue_job.run(session, name, str(folder), arguments).to_pylist() == expected


def test_all_expressions_are_tried_here():
    """A new one needs a line above."""
    assert set(glue_job.EXPRESSIONS) == {"features", "balance", "top", "quantiles", "missing"}


def test_the_command_writes_a_file_and_passes_glues_own_arguments_over(session: Any, folder: Path, tmp_path: Path):
    output = tmp_path / "out.parquet"
    words = ["--JOB_NAME", "spark", "--enable-metrics", "true", "--expression", "top", "--source", str(folder),
             "--output", str(output), "--arguments", '{"column": "label", "count": 5}']  # fmt: skip
    assert glue_job.main(words, session) == 0
    assert sum(row["n"] for row in pq.read_table(output).to_pylist()) == 80
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
    assert session.sql("SELECT 1").first()[0] == 1  # Glue's session is not ours to stop


def test_a_result_goes_to_s3_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    table = pa.table({"value": ["a"], "n": [1]})
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="out")
        glue_job.write(table, "s3://out/features/a.parquet")
        content = s3.get_object(Bucket="out", Key="features/a.parquet")["Body"].read()
    assert pq.read_table(io.BytesIO(content)) == table


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("mode", {}, SettingsError),
        ("top", {"column": "label"}, SettingsError),
        ("top", {"column": "label", "count": True}, SettingsError),
        ("top", {"column": "label", "count": 1, "more": 1}, SettingsError),
        ("top", {"column": "mood", "count": 1}, ColumnError),
        ("features", {**FEATURES, "scores": {"happy": "label"}}, ColumnError),
    ],
)
def test_what_cannot_be_asked_is_refused_before_spark_is(folder: Path, name: str, arguments: dict, error: type):
    with pytest.raises(error):
        glue_job.run(None, name, str(folder), arguments)


def test_a_folder_without_parquet_is_refused(tmp_path: Path):
    with pytest.raises(SourceError):
        glue_job.run(None, "missing", str(tmp_path), {"column": "label"})


def test_more_than_the_limit_does_not_travel(session: Any, folder: Path):
    with pytest.raises(BudgetError):
        glue_job.run(session, "features", str(folder), FEATURES, limit_bytes=10)


@pytest.mark.parametrize("arguments", ["[]", "{"])
def test_a_mistake_is_one_line_and_exit_code_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str
):
    words = ["--expression", "top", "--source", str(folder), "--output", str(tmp_path / "o"), "--arguments", arguments]
    assert glue_job.main(words, object()) == 2
    assert capsys.readouterr().err.startswith("error: --arguments")
    assert list(tmp_path.iterdir()) == []


def test_the_job_needs_no_more_than_glue_installs():
    """The template installs ibis, sqlglot and SQLAlchemy; Glue has Arrow, boto3 and pandas."""
    code = "import sys, workbench.glue_job; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"duckdb", "sklearn", "tensorflow", "matplotlib", "psycopg", "alembic", "textmodel", "typer"}
    assert set(done.stdout.split()) & heavy == set()
