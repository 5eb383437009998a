"""Outputs in S3 (moto's) become rows of a real PostgreSQL and of SQLite, once, whatever comes twice, late or broken."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from store.address import parse
from store.database import Database, open_database
from store.errors import ConflictError, RowsError
from store.predictions import Predictions
from store.records import Metric, Model, Run
from store.results import Results
from tests.store.postgres import Postgres, cluster
from tests.workbench.conftest import BUCKET
from workbench import bucket, loader, logins, roles
from workbench.errors import AgainError, SettingsError, SourceError
from workbench.loading import Loaded, Loader

MODEL = Model("emotion-1.0.0", "emotion", ("angry", "happy", "sad"), "c0ffee", {})
FOLDER = "outputs/predictions/model=emotion-1.0.0/source=posts/"
LABELS = ("happy", "sad", "angry")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    return request.getfixturevalue("postgres").database(f"t{abs(hash(tmp_path))}")


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    with open_database(address) as opened:
        yield opened


@pytest.fixture
def loading(s3: Any, database: Database) -> Loader:
    return Loader(s3, database)


def rows(count: int, first: int = 0) -> pa.Table:
    numbers = range(first, first + count)
    return pa.table({
        "item": [f"play {n % 7}" for n in numbers], "text_id": [str(n) for n in numbers],
        "position": pa.array(numbers, pa.int64()), "label": [LABELS[n % 3] for n in numbers],
        "score": [0.5 + (n % 5) / 10 for n in numbers], "reliable": [n % 2 == 0 for n in numbers],
        "angry": [0.1] * count, "happy": [0.7] * count, "sad": [0.2] * count,
    })  # fmt: skip


def put(s3: Any, key: str, content: bytes | pa.Table) -> str:
    if isinstance(content, pa.Table):
        sink = io.BytesIO()
        pq.write_table(content, sink)
        content = sink.getvalue()
    return s3.put_object(Bucket=BUCKET, Key=key, Body=content)["ETag"].strip('"')


def put_model(s3: Any) -> None:
    put(s3, "outputs/models/emotion-1.0.0.json", json.dumps(MODEL._asdict()).encode())


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


def stored(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    query = text(f"SELECT {', '.join(columns)} FROM prediction ORDER BY item, position, text_id")  # noqa: S608
    return database.run(lambda connection: [tuple(row) for row in connection.execute(query)])


# What is loaded


def test_every_row_of_a_parquet_file_is_there(s3: Any, database: Database):
    """In pieces, each with its scores, and the model is registered from its own file when it is not known yet."""
    loading = Loader(s3, database, rows=64)
    put_model(s3)
    table = rows(200)
    put(s3, FOLDER + "part-0.parquet", table)
    assert loading.load(BUCKET, FOLDER + "part-0.parquet") == Loaded("predictions", 200, 200)
    expected = sorted(
        zip(*(table[name].to_pylist() for name in ("item", "position", "label", "score", "happy")), strict=True)
    )
    assert stored(database, "item", "position", "label", "score", "score_1") == expected
    assert len(Predictions(database).batches("emotion-1.0.0", "posts")) == 4


def test_a_replay_changes_nothing(s3: Any, loading: Loader, database: Database):
    """Neither rows nor the time of the labelling."""
    put_model(s3)
    put(s3, FOLDER + "part-0.parquet", rows(50))
    put(s3, FOLDER + "_done.json", b'{"source_version": "v1"}')
    assert loading.load(BUCKET, FOLDER + "part-0.parquet").changed == 50
    before = Predictions(database).labellings(), stored(database, "*")
    for key in ("part-0.parquet", "_done.json", "part-0.parquet"):
        assert loading.load(BUCKET, FOLDER + key).changed == 0
    assert (Predictions(database).labellings(), stored(database, "*")) == before


def test_an_object_that_was_written_anew_replaces_its_rows(s3: Any, loading: Loader, database: Database):
    """Those that differ, and only those."""
    put_model(s3)
    put(s3, FOLDER + "a.parquet", rows(10))
    loading.load(BUCKET, FOLDER + "a.parquet")
    changed = rows(10).set_column(4, "score", pa.array([0.5 + (n % 5) / 10 for n in range(9)] + [0.99]))
    put(s3, FOLDER + "a.parquet", changed)
    assert loading.load(BUCKET, FOLDER + "a.parquet").changed == 1
    assert len(stored(database, "item")) == 10


def test_what_was_cut_off_goes_on(s3: Any, database: Database):
    """Time is up before the third piece; the next attempt loads the rest and no row twice."""
    put_model(s3)
    put(s3, FOLDER + "a.parquet", rows(35))
    put(s3, FOLDER + "_done.json", b"{}")
    left = iter([60_000.0, 60_000.0, 5.0])
    with pytest.raises(AgainError, match="after 20 rows"):
        Loader(s3, database, lambda: next(left), rows=10).load(BUCKET, FOLDER + "a.parquet")
    assert (len(stored(database, "item")), Predictions(database).labellings()) == (20, [])
    assert Loader(s3, database, rows=10).load(BUCKET, FOLDER + "a.parquet") == Loaded("predictions", 35, 15)
    (labelling,) = Predictions(database).labellings()
    assert labelling.rows == 35


@pytest.mark.parametrize("order", [("a", "b", "_done"), ("_done", "a", "b"), ("b", "_done", "a")])
def test_a_source_is_finished_once_all_of_it_is_there(s3: Any, loading: Loader, database: Database, order: tuple):
    """In whichever order the news comes; the marker is written last, so it is there when the last rows are loaded."""
    put_model(s3)
    keys = {"a": "a.parquet", "b": "sub/b.parquet", "_done": "_done.json"}
    put(s3, FOLDER + keys["a"], rows(5))
    put(s3, FOLDER + keys["b"], rows(5, first=5))
    put(s3, FOLDER + keys["_done"], b'{"source_version": "v7"}')
    for place, name in enumerate(order):
        loading.load(BUCKET, FOLDER + keys[name])
        is_whole = {"a", "b"} <= set(order[: place + 1])
        assert bool(Predictions(database).labellings()) == is_whole
    found = [(one.source, one.source_version, one.rows) for one in Predictions(database).labellings()]
    assert found == [("posts", "v7", 10)]


def test_lines_of_json_are_loaded(s3: Any, loading: Loader, database: Database):
    """Packed or not; with scores by label."""
    put_model(s3)
    given = lines(
        {"item": "hamlet", "text_id": 1, "position": 1, "label": "sad", "score": 0.9, "known": 1,
         "scores": {"angry": 0.1, "happy": 0, "sad": 0.9}},
        {"item": "hamlet", "text_id": 0, "position": 0, "label": "happy", "score": 1, "known": None,
         "scores": {"angry": 0, "happy": 1, "sad": 0}},
    )  # fmt: skip
    put(s3, FOLDER + "a.jsonl.gz", gzip.compress(given))
    assert loading.load(BUCKET, FOLDER + "a.jsonl.gz").changed == 2
    expected = [("hamlet", "0", "happy", 1.0, 0.0, None), ("hamlet", "1", "sad", 0.9, 0.9, 1.0)]
    assert stored(database, "item", "text_id", "label", "score", "score_2", "known") == expected


def test_what_the_services_own_door_writes_is_loaded(s3: Any, loading: Loader, database: Database):
    """app/doors/s3.py: a prediction with its id or its line, an error in place of one."""
    put_model(s3)
    answer = {"label": "happy", "score": 0.8, "scores": {"angry": 0.1, "happy": 0.8, "sad": 0.1},
              "model": "emotion-1.0.0", "reliable": True, "target": 0.9, "coverage": 0.4, "known": 1.0,
              "warnings": []}  # fmt: skip
    given = lines(
        {"line": 1, "id": "x", **answer}, {"line": 2, "error": {"type": "invalid-line"}}, {"line": 3, **answer}
    )
    put(s3, FOLDER + "reviews.csv.jsonl", given)
    assert loading.load(BUCKET, FOLDER + "reviews.csv.jsonl").changed == 2
    expected = [("reviews.csv", "3", "happy", 0.8), ("reviews.csv", "x", "happy", 0.8)]
    assert stored(database, "item", "text_id", "label", "score_1") == expected


def test_a_run_is_stored_with_its_figures(s3: Any, loading: Loader, database: Database):
    """And again it is found done; another result under the same key is refused."""
    run = Run("validate", "emotion", None, 0, {"extract": "e1"}, 3, 1.5)
    metric = Metric("test", "macro_f1", 0.75, 3)
    given = {"run": run._asdict(), "metrics": [metric._asdict()],
             "confusion": [{"split": "test", "truth": "sad", "predicted": "happy", "rows": 3}]}  # fmt: skip
    put(s3, "outputs/runs/one.json", json.dumps(given).encode())
    assert [loading.load(BUCKET, "outputs/runs/one.json").changed for _ in range(2)] == [1, 0]
    assert Results(database).metrics(run.key) == [metric]
    given["metrics"] = [metric._replace(value=0.5)._asdict()]
    put(s3, "outputs/runs/two.json", json.dumps(given).encode())
    with pytest.raises(ConflictError, match=r"0\.75, this one has 0\.5"):
        loading.load(BUCKET, "outputs/runs/two.json")


def test_an_empty_file_is_loaded_as_one(s3: Any, loading: Loader, database: Database):
    """A source without rows is finished, too."""
    put_model(s3)
    put(s3, FOLDER + "a.jsonl", b"")
    put(s3, FOLDER + "b.parquet", rows(0))
    put(s3, FOLDER + "_done.json", b"")
    for name in ("a.jsonl", "b.parquet"):
        assert loading.load(BUCKET, FOLDER + name).rows == 0
    (labelling,) = Predictions(database).labellings()
    assert (labelling.rows, labelling.source_version.startswith("etags:")) == (0, True)


@pytest.mark.parametrize(
    "key", ["outputs/predictions/m/s/_SUCCESS", "outputs/other/a.json", "a.parquet", FOLDER + ".a.parquet"]
)
def test_what_is_no_output_is_passed_over(loading: Loader, key: str):
    """Without asking S3: there is no such object."""
    assert loading.load(BUCKET, key) == Loaded("passed over", 0, 0)


def test_what_is_gone_again_is_passed_over(s3: Any, loading: Loader):
    put_model(s3)
    assert loading.load(BUCKET, FOLDER + "gone.parquet") == Loaded("gone", 0, 0)


# What is wrong

ROW = {"item": "a", "text_id": "1", "label": "sad", "score": 0.5}


@pytest.mark.parametrize(
    ("name", "content", "place", "expected"),
    [
        ("a.parquet", b"PAR1 and no more", "a.parquet", "a Parquet file"),
        ("a.jsonl.gz", gzip.compress(lines(ROW) * 50, mtime=0)[:-9], "a.jsonl.gz", "a whole gzip file"),
        ("a.jsonl", lines(ROW) + b"\xff\n", "a.jsonl, line 2", "an object of JSON in UTF-8"),
        ("a.jsonl", lines(ROW, {**ROW, "label": 3}), "a.jsonl, line 2, label", "a text"),
        ("a.jsonl", lines({**ROW, "score": "0.5"}), "a.jsonl, line 1, score", "a number"),
        ("a.jsonl", lines({**ROW, "scores": {"sad": 1}}), "a.jsonl, line 1, scores", "a number"),
        ("a.jsonl", lines([ROW]), "a.jsonl, line 1", "an object of JSON"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(
    s3: Any, loading: Loader, database: Database, name: str, content: bytes, place: str, expected: str
):
    """Nothing of it is stored."""
    put_model(s3)
    put(s3, FOLDER + name, content)
    with pytest.raises(SourceError) as told:
        loading.load(BUCKET, FOLDER + name)
    assert (told.value.place.rpartition("/")[2], told.value.expected) == (place, expected)
    assert stored(database, "item") == []


def test_a_label_that_the_model_has_not_is_refused(s3: Any, loading: Loader):
    put_model(s3)
    put(s3, FOLDER + "a.jsonl", lines({**ROW, "label": "glad"}))
    with pytest.raises(RowsError, match="'glad'"):
        loading.load(BUCKET, FOLDER + "a.jsonl")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"[]", "outputs/models/m.json"),
        (b'{"model": "m"}', "outputs/models/m.json"),
        (json.dumps({**MODEL._asdict(), "labels": "sad"}).encode(), "outputs/models/m.json, labels"),
        (json.dumps({**MODEL._asdict(), "task": 3}).encode(), "outputs/models/m.json, task"),
    ],
)
def test_a_model_that_is_none_is_refused(s3: Any, loading: Loader, content: bytes, place: str):
    put(s3, "outputs/models/m.json", content)
    with pytest.raises(SourceError) as told:
        loading.load(BUCKET, "outputs/models/m.json")
    assert told.value.place == place


def test_rows_of_a_model_that_is_not_there_come_again(s3: Any, loading: Loader):
    """Its file may appear later."""
    put(s3, FOLDER + "a.parquet", rows(5))
    with pytest.raises(AgainError, match=r"emotion-1\.0\.0 is not registered"):
        loading.load(BUCKET, FOLDER + "a.parquet")


# Messages


def news(key: str, *, by_bus: bool = True) -> str:
    """As EventBridge and as S3's notifications tell it."""
    if by_bus:
        return json.dumps({"detail-type": "Object Created", "source": "aws.s3",
                           "detail": {"bucket": {"name": BUCKET}, "object": {"key": key, "etag": "e"}}})  # fmt: skip
    encoded = key.replace("=", "%3D").replace(" ", "+")
    s3 = {"bucket": {"name": BUCKET}, "object": {"key": encoded}}
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]})


def message(number: int, body: str) -> dict[str, Any]:
    return {"messageId": f"m{number}", "eventSource": "aws:sqs", "body": body}


def test_one_message_fails_without_the_others(s3: Any, loading: Loader, database: Database):
    """The failed ones are named to Lambda; the log tells places, never what stood there."""
    put_model(s3)
    put(s3, FOLDER + "good one.parquet", rows(5))
    put(s3, FOLDER + "bad.jsonl", lines({**ROW, "label": "a secret"}))
    put(s3, FOLDER + "worse.jsonl", b"a secret\n")
    bodies = [
        news(FOLDER + "bad.jsonl"), news(FOLDER + "good one.parquet", by_bus=False), "no JSON",
        json.dumps({"Event": "s3:TestEvent"}), '{"Records": 3}', news(FOLDER + "worse.jsonl"),
    ]  # fmt: skip
    said: list[dict[str, Any]] = []
    event_ = {"Records": [message(number, body) for number, body in enumerate(bodies)]}
    failed = loader.answer(event_, loading.load, lambda **fields: said.append(fields))
    assert failed == {"batchItemFailures": [{"itemIdentifier": f"m{n}"} for n in (0, 2, 4, 5)]}
    assert len(stored(database, "item")) == 5
    assert "secret" not in json.dumps(said)
    assert said[-1] == {"message_id": "m5", "error": "SourceError", "place": "worse.jsonl, line 1",
                        "expected": "an object of JSON in UTF-8"}  # fmt: skip


class Context:
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 300_000


def test_the_handler_is_what_lambda_calls(
    s3: Any, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """By its environment, as the template sets it; its log is lines of JSON."""
    monkeypatch.setenv("UNDERTONE_WORKBENCH_STORE", address)
    loader._prepared.cache_clear()
    bucket.client.cache_clear()
    put_model(s3)
    put(s3, FOLDER + "a.parquet", rows(5))
    event_ = {"Records": [message(1, news(FOLDER + "a.parquet"))]}
    assert loader.handler(event_, Context()) == {"batchItemFailures": []}
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("level", "kind", "rows", "changed")} == {
        "level": "INFO", "kind": "predictions", "rows": 5, "changed": 5,
    }  # fmt: skip
    loader._prepared()[1]()
    loader._prepared.cache_clear()
    bucket.client.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([f"s3://{BUCKET}/{FOLDER}a.parquet"], 0, ""),
        ([f"s3://{BUCKET}/{FOLDER}bad.jsonl"], 2, "line 1"),
        ([f"s3://{BUCKET}/outputs/predictions/other/posts/a.parquet"], 75, "not registered"),
        (["s3://elsewhere/outputs/models/a.json"], 2, "NoSuchBucket"),
        ([], 2, "s3://bucket/outputs/"),
    ],
)
def test_by_hand_it_tells_what_is_wrong(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
):
    """On one line, with the exit code of who has to act."""
    bucket.client.cache_clear()
    put_model(s3)
    put(s3, FOLDER + "a.parquet", rows(5))
    put(s3, "outputs/predictions/other/posts/a.parquet", rows(5))
    put(s3, FOLDER + "bad.jsonl", b"{}\n")
    assert loader.main(arguments, {"UNDERTONE_WORKBENCH_STORE": str(tmp_path / "a.db")}) == code
    error = capsys.readouterr().err
    assert (told in error, error.count("\n")) == (True, 1 if code else 0)
    bucket.client.cache_clear()


def test_the_loader_needs_no_engine_and_no_trainer():
    """Its image has the requirements of reviews; what it imports decides how soon it starts."""
    code = "import sys, workbench.loader, workbench.outputs; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        set(done.stdout.split()) & {"ibis", "duckdb", "sklearn", "tensorflow", "matplotlib", "pandas", "typer"} == set()
    )


# Logging in, and the user


def test_a_connection_to_rds_gets_a_token():
    """For its own host, port and user; other hosts, and who brings a password, get none."""
    asked, given = [], []
    undo = logins.use_tokens(lambda *where: asked.append(where) or "token")
    host = "db-1.abc123.eu-west-1.rds.amazonaws.com"
    urls = [
        f"postgresql://workbench@{host}:1/d?hostaddr=127.0.0.1", f"postgresql://a:b@{host}:1/d?hostaddr=127.0.0.1",
        "postgresql://a@127.0.0.1:1/d",
    ]  # fmt: skip
    for url in urls:
        engine = create_engine(parse(url))
        event.listen(engine, "do_connect", lambda *a: given.append(a[3].get("password")))
        with pytest.raises(OperationalError):
            engine.connect()
    undo()
    assert asked == [(host, 1, "workbench", "eu-west-1")]
    assert given == ["token", "b", None]


def test_a_token_is_signed_for_its_user(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    logins._client.cache_clear()
    token = logins._sign("db-1.abc123.eu-west-1.rds.amazonaws.com", 5432, "workbench", "eu-west-1")
    assert token.startswith("db-1.abc123.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=workbench&")
    assert "%2Feu-west-1%2Frds-db%2Faws4_request" in token


def test_the_prepared_user_loads_and_reads_but_owns_nothing_else(postgres: Postgres, s3: Any):
    """By a master that is no superuser, as on RDS; said again it changes nothing."""
    admin = Database(parse(postgres.database("prepared")))
    statements = (
        "CREATE ROLE rds_iam", "CREATE ROLE master LOGIN CREATEROLE", "GRANT rds_iam TO master WITH ADMIN OPTION",
        "ALTER DATABASE prepared OWNER TO master", "ALTER SCHEMA public OWNER TO master",
    )  # fmt: skip
    admin.run(lambda connection: [connection.execute(text(one)) for one in statements])
    url = f"postgresql://{{}}@/prepared?host={postgres.folder}"
    master = Database(parse(url.format("master")))
    master.run(lambda connection: connection.execute(text("CREATE TABLE post (n integer)")))
    assert roles.prepare(url.format("master")) == {"user": True, "schema": True}
    assert roles.prepare(url.format("master")) == {"user": False, "schema": False}
    master.run(lambda connection: connection.execute(text("CREATE TABLE later (n integer)")))
    put_model(s3)
    put(s3, FOLDER + "a.parquet", rows(5))
    with open_database(url.format("workbench")) as database:
        assert Loader(s3, database).load(BUCKET, FOLDER + "a.parquet").changed == 5
        assert database.run(lambda c: c.execute(text("SELECT count(*) FROM post, later")).scalar_one()) == 0
        for forbidden in ("INSERT INTO post VALUES (1)", "CREATE TABLE public.mine (n integer)", "DROP TABLE later"):
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                database.run(lambda connection, sql=forbidden: connection.execute(text(sql)))
        Predictions(database).drop("emotion-1.0.0")
    query = text("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('run', 'prediction')")
    places = admin.run(lambda connection: connection.execute(query).scalars().all())
    assert places == ["workbench"]
    admin.close()
    master.close()


@pytest.mark.parametrize(("user", "url"), [("a-b", "postgresql://h/d"), ("workbench", "file.db")])
def test_a_user_that_cannot_be_is_refused(user: str, url: str, tmp_path: Path):
    with pytest.raises(SettingsError):
        roles.prepare(url if "://" in url else str(tmp_path / url), user)
