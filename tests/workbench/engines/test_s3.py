"""Parquet of s3://, by a real server of S3's protocol: DuckDB reads the needed columns; Athena is asked for answers."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from tests.workbench.engines import cases
from workbench import expressions as x
from workbench.catalog import describe
from workbench.engines.athena import Athena
from workbench.engines.duckdb import DuckDB
from workbench.errors import BudgetError, EngineError, SourceError, UnreachableError
from workbench.settings import Athena as Where
from workbench.settings import Settings, SourceSpec


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    yield f"http://{host}:{port}"
    made.stop()


@pytest.fixture
def far(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The texts in a bucket, a folder for each year."""
    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).close()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="data")
    for year, start in ((2020, 0), (2021, 200)):
        path = tmp_path / f"{year}.parquet"
        pq.write_table(cases.rows().slice(start, 200), path)
        s3.upload_file(str(path), "data", f"texts/year={year}/a.parquet")
    s3.put_object(Bucket="data", Key="texts/_SUCCESS", Body=b"")
    s3.put_object(Bucket="data", Key="texts-old/a.parquet", Body=b"not this one")
    sources = {"texts": SourceSpec("texts", "parquet", "s3://data/texts/")}
    return Settings(sources=sources, folder=str(tmp_path / "work"), athena=Where("primary", "db", "s3://data/out/"))


def test_a_bucket_is_a_source(far: Settings):
    """Its partitions are columns, its marker files none; another upload of the same bytes changes no version."""
    found = describe(far, "texts")
    assert (found.rows, found.columns["year"], found.columns["n"]) == (400, "int64", "int32")
    boto3.client("s3").put_object(Bucket="data", Key="texts/notes.txt", Body=b"x")
    assert describe(far, "texts").version == found.version
    boto3.client("s3").copy_object(
        Bucket="data", Key="texts/year=2022/a.parquet", CopySource="data/texts/year=2020/a.parquet"
    )
    assert describe(far, "texts").version != found.version


def test_duckdb_reads_what_is_needed(far: Settings):
    """The answer is that of the rows; what travelled is measured, and less than the files."""
    engine, source = DuckDB(None), describe(far, "texts")
    texts = engine.table(source)
    by_item = texts.filter(texts.year == 2021).group_by("item")
    found = engine.run(by_item.agg(n=lambda t: x.mean(t.n)))
    travelled = engine.moved_bytes
    engine.close()
    rows = cases.rows().slice(200).to_pylist()
    for row in found.to_pylist():
        values = [one["n"] for one in rows if one["item"] == row["item"] and one["n"] is not None]
        assert row["n"] == sum(values) / len(values)
    assert 0 < travelled < source.size_bytes


def test_an_estimate_comes_from_the_footers(far: Settings):
    """Two small columns are estimated below all of them."""
    engine = DuckDB(None)
    texts = engine.table(describe(far, "texts"))
    few, many = (engine.estimate(expr).fetched_bytes for expr in (texts.select("n", "ok"), texts))
    engine.close()
    assert 0 < few < many / 2


@pytest.mark.usefixtures("far")
def test_a_bucket_that_is_not_there():
    with pytest.raises(SourceError):
        describe(Settings(sources={"a": SourceSpec("a", "parquet", "s3://none/x/")}), "a")


def test_a_server_that_is_not_there(far: Settings, monkeypatch: pytest.MonkeyPatch):
    """It may be, later: exit code 75."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UnreachableError):
        describe(far, "texts")


def answers(server: str, columns: dict[str, str], rows: list[list[str | None]]) -> None:
    """What moto's Athena gives to the next query: it computes nothing."""
    data = [[*columns], *rows]
    result = {
        "rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in data],
        "column_info": [{"Name": name, "Type": kind} for name, kind in columns.items()],
    }
    body = json.dumps({"results": [result]}).encode()
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(
        urllib.request.Request(f"{server}/moto-api/static/athena/query-results", body, headers)
    ).close()


def test_athenas_answer_has_the_expressions_schema(far: Settings, server: str):
    """Null and "" are told apart; numbers are numbers."""
    engine = Athena(far.athena, sleep=lambda _: None)
    texts = engine.table(describe(far, "texts"))
    answers(server, {"label": "varchar", "n": "bigint", "m": "double"}, [["", "3", "0.1"], [None, "2", None]])
    found = engine.run(
        texts.group_by("label").agg(n=lambda t: t.count(), m=lambda t: x.mean(t.score)).order_by("label")
    )
    assert found.to_pylist() == [{"label": "", "n": 3, "m": 0.1}, {"label": None, "n": 2, "m": None}]
    assert engine.moved_bytes > 0


def test_athena_is_asked_in_its_own_words(far: Settings):
    """The table is Glue's, and each spelling is Trino's."""
    engine = Athena(far.athena)
    texts = engine.table(describe(far, "texts"))
    sql = engine.sql(texts.select(f=x.fold(texts.item, 5), w=x.word(texts.text, "joy")))
    for part in ('FROM "db"."texts"', "FROM_BASE(SUBSTR(TO_HEX(SHA256(TO_UTF8(", "REGEXP_LIKE("):
        assert part in sql


def test_every_case_has_a_spelling_for_athena(far: Settings):
    """No case of the conformance suite is refused by its compiler."""
    engine = Athena(far.athena)
    texts = engine.table(describe(far, "texts"))
    for case in cases.CASES.values():
        assert "UNDERTONE" not in engine.sql(case(texts, texts.select("item", genre=texts.label))).upper()


def test_another_table_of_that_name_is_found_out(far: Settings, server: str):
    engine = Athena(far.athena, sleep=lambda _: None)
    texts = engine.table(describe(far, "texts"))
    answers(server, {"other": "varchar"}, [["x"]])
    with pytest.raises(EngineError, match="other"):
        engine.run(texts.select("label"))


def test_athena_takes_parquet_of_buckets_alone(far: Settings, settings: Settings):
    with pytest.raises(EngineError, match="duckdb"):
        Athena(far.athena).table(describe(settings, "truth"))


class Refusing:
    """A client whose query ends as it is told."""

    def __init__(self, status: dict[str, Any]) -> None:
        self._states = [{"State": "RUNNING"}, status]

    def start_query_execution(self, **_: Any) -> dict[str, Any]:
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        return {"QueryExecution": {"Status": self._states.pop(0), "Statistics": {"DataScannedInBytes": 7}}}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            {"State": "CANCELLED", "StateChangeReason": "Query cancelled! : Bytes scanned limit was exceeded"},
            BudgetError,
        ),
        ({"State": "FAILED", "StateChangeReason": "SYNTAX_ERROR: line 1"}, EngineError),
        ({"State": "FAILED", "StateChangeReason": "busy", "AthenaError": {"Retryable": True}}, UnreachableError),
    ],
)
def test_how_a_query_ends_is_told(far: Settings, status: dict[str, Any], error: type[Exception]):
    """The workgroup's limit is a budget; what may pass is to be tried again."""
    pauses: list[float] = []
    client: Any = Refusing(status)
    engine = Athena(far.athena, client, pauses.append)
    texts = engine.table(describe(far, "texts"))
    with pytest.raises(error):
        engine.run(texts.select("label"))
    assert (engine.scanned_bytes, len(pauses)) == (7, 1)
