"""Extracts: the rows that were asked for, the same file for the same question, with where they come from."""

import json
import os
import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import text

from store.address import parse
from store.database import Database
from workbench import extracts, moved
from workbench.engines import choose
from workbench.errors import (
    BudgetError,
    ColumnError,
    ExpressionError,
    JoinError,
    ReplicaError,
    SettingsError,
    SourceError,
    SplitError,
    SubsetError,
    UnknownSource,
)  # fmt: skip
from workbench.select import run_of, select
from workbench.settings import Settings, SourceSpec

LABELS = ("angry", "happy", "sad")


def texts(rows: int = 600, seed: int = 1) -> pd.DataFrame:
    """Texts of 60 items in no order."""
    draw = random.Random(seed)
    frame = pd.DataFrame({
        "item": [f"i{draw.randrange(60):02}" for _ in range(rows)],
        "id": range(rows),
        "text": [f"text {draw.randrange(200)} é" if draw.random() > 0.02 else "" for _ in range(rows)],
        "label": [draw.choice(LABELS) for _ in range(rows)],
        "length": [draw.randrange(100) for _ in range(rows)],
    })  # fmt: skip
    return frame.sample(frac=1, random_state=seed)


def facts() -> pd.DataFrame:
    """One row for each item but the last ten."""
    return pd.DataFrame({"name": [f"i{n:02}" for n in range(50)], "year": range(1950, 2000), "label": ["x"] * 50})


def fill(url: str) -> None:
    """Both tables in an operational database; empty texts and nulls are two things."""
    database = Database(parse(url))
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE post (item TEXT, id BIGINT, text TEXT, label TEXT, length BIGINT)"))
        connection.execute(text("CREATE TABLE fact (name TEXT, year BIGINT, label TEXT)"))
        for name, frame in (("post", texts()), ("fact", facts())):
            values = ", ".join(f":{column}" for column in frame.columns)
            connection.execute(text(f"INSERT INTO {name} VALUES ({values})"), frame.to_dict("records"))  # noqa: S608
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Parquet, CSV and an operational SQLite of the same rows."""
    for name, frame in (("train", texts()), ("facts", facts())):
        parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / f"{name}.parquet")
    facts().to_csv(tmp_path / "facts.csv", index=False)
    store = f"sqlite:///{tmp_path / 'store.db'}"
    fill(store)
    sources = [
        SourceSpec("train", "parquet", str(tmp_path / "train.parquet")),
        SourceSpec("facts", "csv", str(tmp_path / "facts.csv")),
        SourceSpec("posts", "table", "post"), SourceSpec("years", "table", "fact"),
    ]  # fmt: skip
    return Settings(store=store, sources={one.name: one for one in sources}, folder=str(tmp_path / "work"))


def rows(extract: extracts.Extract) -> pd.DataFrame:
    return parquet.read_table(extract.path).to_pandas()


def test_a_subset_is_what_pandas_says(settings: Settings):
    """Rows, columns and values, in the order of the items, then of the columns by their names."""
    made = select(settings, "train", "label in ('happy', 'sad') and length > 20", columns=["text", "label"])
    frame = texts()
    expected = frame[frame.label.isin(["happy", "sad"]) & (frame.length > 20)]
    found = rows(made)
    assert list(found.columns) == ["text", "label", "item", "split", "fold"]
    columns = ["item", "text", "label"]
    assert sorted(found[columns].itertuples(index=False)) == sorted(expected[columns].itertuples(index=False))
    assert list(found["item"]) == sorted(found["item"])
    assert made.rows == len(expected)


def test_an_item_is_in_one_part(settings: Settings):
    """And every part has some."""
    found = rows(select(settings, "train", divide="train:60,validate:20,test:20"))
    assert set(found["split"]) == {"train", "validate", "test"}
    assert set(found.groupby("item")["split"].nunique()) == {1}


def test_provenance_says_all_that_one_needs(settings: Settings):
    """The question, versions, counts, the bytes that moved, the file's hash."""
    made = select(settings, "train", "length > 20")
    told, found = made.provenance, rows(made)
    assert (told["source"], told["where"], told["seed"], told["item"]) == ("train", "length > 20", 0, "item")
    assert (told["split"], told["engine"], told["read_from"]) == ("train:80,test:20", "duckdb", "files")
    assert told["rows"] == len(found)
    assert told["items"] == found["item"].nunique()
    assert told["split_rows"] == found["split"].value_counts().to_dict()
    assert told["labels"] == found["label"].value_counts().to_dict()
    both = found.groupby("text")["split"].nunique()
    assert told["texts_in_several_parts"] == (both > 1).sum()
    assert told["texts_in_several_parts"] > 0
    assert set(told["versions"]) == {"train"}
    assert told["bytes_moved"] == moved.total_bytes(settings, run_of(made.key)) > 0
    assert told["size_bytes"] == os.path.getsize(made.path)
    assert "SELECT" in told["sql"]


def test_the_same_question_moves_nothing(settings: Settings):
    """Until the data, the seed or the question are others."""
    first = select(settings, "train", "length > 20")
    again = select(settings, "train", "length > 20")
    assert (again.path, again.cached, first.cached) == (first.path, True, False)
    assert moved.total_bytes(settings, run_of(first.key)) == first.provenance["bytes_moved"]
    others = [
        select(settings, "train", "length > 21"), select(replace(settings, seed=1), "train", "length > 20"),
        select(settings, "train", "length > 20", columns=["text"]),
        select(settings, "train", "length > 20", divide=None),
    ]  # fmt: skip
    parquet.write_table(pa.Table.from_pandas(texts(500), preserve_index=False), settings.sources["train"].address)
    others.append(select(settings, "train", "length > 20"))
    assert len({one.path for one in (first, *others)}) == 6
    assert not any(one.cached for one in others)


def test_the_same_rows_are_the_same_file_wherever_they_lie(settings: Settings):
    """In Parquet or in the operational database, in any order."""
    a, b = (select(settings, source, "length > 20") for source in ("train", "posts"))
    assert a.provenance["sha256"] == b.provenance["sha256"]
    assert b.provenance["read_from"] == "primary"


@pytest.mark.parametrize("other", ["years", "facts"])
@pytest.mark.parametrize("how", ["inner", "left"])
def test_a_join_is_what_pandas_says(settings: Settings, other: str, how: Any):
    """With a table and with a CSV file; columns of one name are told apart; rows without a partner are counted."""
    made = select(settings, "train", "length > 20", join=other, on="item=name", how=how)
    frame = texts().merge(facts(), how=how, left_on="item", right_on="name", suffixes=("", "_right"))
    expected = frame[frame.length > 20]
    found = rows(made)
    assert f"{other}_label" in found.columns
    assert "name" not in found.columns
    pairs = [sorted(map(str, one[["id", "year"]].astype("Int64").itertuples(index=False))) for one in (found, expected)]
    assert pairs[0] == pairs[1]
    assert made.provenance["without_partner"] == (~texts().item.isin(facts().name)).sum()


STATED = [
    ("SELECT * FROM train WHERE length > 20", {"source": "train", "where": "length > 20"}),
    ("select text, label from train", {"source": "train", "columns": ["text", "label"]}),
    (
        """SELECT t.text, t.label, y.year, y.label AS years_label FROM train AS t JOIN years AS y ON t.item = y.name
        WHERE y.year > 1960 AND t.label <> 'sad'""",
        {"source": "train", "where": "year > 1960 and label <> 'sad'", "join": "years", "on": "item=name",
         "columns": ["text", "label", "year", "years_label"]},
    ),
    (
        "SELECT id, year FROM train LEFT JOIN facts ON facts.name = train.item WHERE facts.name > 'i30'",
        {"source": "train", "where": "item > 'i30'", "join": "facts", "on": "item=name", "how": "left",
         "columns": ["id", "year"]},
    ),
    ("SELECT id, year FROM store.post JOIN store.fact ON store.post.item = store.fact.name",
     {"source": "store.post", "join": "store.fact", "on": "item=name", "columns": ["id", "year"]}),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "asked"), STATED)
def test_a_statement_gives_the_same_as_options(settings: Settings, sql: str, asked: dict):
    """To the last byte."""
    a, b = select(settings, sql=sql), select(settings, **asked)
    assert a.provenance["sha256"] == b.provenance["sha256"]


def test_a_statement_may_compute_columns(settings: Settings):
    """By the functions that mean the same everywhere; the item comes with them."""
    found = rows(select(settings, sql="SELECT length(text) AS letters, label FROM train", divide=None))
    assert list(found.columns) == ["letters", "label", "item"]
    assert sorted(found["letters"]) == sorted(texts()["text"].str.len())


@pytest.mark.parametrize(
    ("sql", "kind", "told"),
    [
        ("SELECT label, count(*) FROM train GROUP BY label", ExpressionError, "GROUP in --sql: an extract is rows; "),
        ("SELECT * FROM train LIMIT 5", ExpressionError, r"LIMIT in --sql.*fold\(item, 10, 0\) = 0"),
        ("SELECT * FROM train ORDER BY id", ExpressionError, "ORDER in --sql.*an order of its own"),
        ("SELECT * FROM train; DROP TABLE post", ExpressionError, "it is not one SELECT from a source"),
        ("DELETE FROM train", ExpressionError, "it is not one SELECT from a source"),
        ("SELECT FROM WHERE", ExpressionError, "write SELECT text, label FROM train"),
        ("SELECT * FROM (SELECT * FROM train)", ExpressionError, "it is not one SELECT from a source"),
        ("SELECT * FROM read_csv('/etc/passwd')", ExpressionError, "it is no source"),
        ("SELECT * FROM '/etc/passwd'", UnknownSource, "/etc/passwd"),
        ("SELECT * FROM nowhere", UnknownSource, "no source 'nowhere'"),
        ("SELECT length(text) FROM train", ExpressionError, "a computed column needs a name"),
        ("SELECT x.text FROM train", UnknownSource, "no source 'x'; known are train"),
        ("SELECT random() AS r FROM train", ExpressionError, "write fold"),
        ("SELECT * FROM train CROSS JOIN years", ExpressionError, "one JOIN or LEFT JOIN is taken"),
        ("SELECT * FROM train JOIN years ON train.id > years.year", ExpressionError, "joined where columns are equal"),
        ("SELECT * FROM train WHERE id IN (SELECT 1)", ExpressionError, "every engine|is not known|known"),
    ],
)  # fmt: skip
def test_statements_that_are_refused(settings: Settings, sql: str, kind: type, told: str):
    """With what to do instead; no file and no table of another name is read."""
    with pytest.raises(kind, match=told):
        select(settings, sql=sql)


def test_a_statement_stands_alone(settings: Settings):
    """Or there is a source; not both and not neither."""
    for asked in (
        {},
        {"sql": "SELECT * FROM train", "source": "train"},
        {"sql": "SELECT * FROM train", "where": "id = 1"},
    ):
        with pytest.raises(SettingsError, match="a source with --where, --columns and --join, or --sql alone"):
            select(settings, **asked)


def test_a_condition_sees_the_columns_of_both(settings: Settings):
    """That is what a join is for."""
    found = rows(select(settings, "train", "year < 1960 and label = 'sad'", join="years", on="item=name"))
    assert set(found["item"]) <= {f"i{n:02}" for n in range(10)}
    assert len(found) > 0


def test_a_join_that_multiplies_rows_is_refused_with_the_counts(settings: Settings):
    """Training would see some texts more often than others."""
    frame = pd.concat([facts(), facts().head(3)])
    path = Path(settings.sources["facts"].address)
    frame.to_csv(path, index=False)
    matched = texts().item.isin(frame.name).sum()
    made = len(texts().merge(frame, left_on="item", right_on="name"))
    with pytest.raises(JoinError) as caught:
        select(settings, "train", join="facts", on="item=name")
    error = caught.value
    assert (error.rows, error.joined, error.repeated) == (matched, made, 3)
    assert f"joining on item=name of facts makes {made:,} rows of {matched:,}: 3 keys" in str(error)
    assert not os.path.exists(os.path.join(settings.folder, "extracts"))


MIXED = sum(len(set(labels)) > 1 for _, labels in texts().groupby("item")["label"])
BAD = [
    ({"source": "nowhere"}, UnknownSource, "no source 'nowhere'; known are train, facts"),
    ({"where": "lenght > 3"}, ColumnError, "'lenght'"),
    ({"where": "text like 'a%'"}, ExpressionError, "word"),
    ({"columns": ["txt"]}, ColumnError, "column 'txt': expected a column of that name, found only item, id"),
    ({"item": "movie"}, ColumnError, "column 'movie': expected a column of that name"),
    ({"source": "facts"}, ColumnError, "column 'item': .*name it with --item, or take --split none"),
    ({"text": "body"}, ColumnError, "column 'body'"),
    ({"where": "length > 1000"}, SubsetError, "train where length > 1000: 0 rows, expected at least one"),
    ({"where": "id = 3"}, SubsetError, r"train where id = 3, part \w+: 0 rows, expected at least one; there are 1 t"),
    ({"divide": "column:label"}, SplitError, f"{MIXED} items are in more than one part, such as 'i00'"),
    ({"join": "years"}, SettingsError, "--on: expected both --join SOURCE and --on COLUMNS"),
    ({"on": "item"}, SettingsError, "--join: expected both"),
    ({"join": "years", "on": "item=", "how": "inner"}, SettingsError, "--on: expected columns such as item"),
    ({"join": "years", "on": "item=name", "how": "outer"}, SettingsError, "--how: expected one of inner, left"),
    ({"join": "years", "on": "item=year"}, ColumnError, "'year': expected string as 'item' of train is, found int64"),
    ({"join": "years", "on": "item=nam"}, ColumnError, "years: column 'nam'"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "kind", "told"), BAD)
def test_bad_questions_are_told_and_nothing_is_written(settings: Settings, asked: dict, kind: type, told: str):
    """In one line with what to do; exit code 2."""
    with pytest.raises(kind, match=told) as caught:
        select(settings, asked.pop("source", "train"), **asked)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    folder = Path(settings.folder, "extracts")
    assert not folder.exists() or list(folder.iterdir()) == []


def test_rows_without_an_item_are_told(settings: Settings):
    """Nobody can say which part they belong to."""
    frame = texts()
    frame.loc[frame.id < 7, "item"] = None
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), settings.sources["train"].address)
    with pytest.raises(
        ColumnError, match="train: column 'item': expected a value in every row, found none in 7 of 600"
    ):
        select(settings, "train")


def test_more_bytes_than_may_move_are_refused_before_they_do(settings: Settings):
    """With the estimate and the way out."""
    with pytest.raises(BudgetError, match=r"would move about .* the limit is 1\.0 kB: ") as caught:
        select(replace(settings, bytes_per_query=1000), "posts")
    assert caught.value.found_bytes > 1000
    assert list(moved.lines(settings)) == []


def test_a_file_that_was_changed_is_not_taken_for_the_extract(settings: Settings):
    """Its hash is in the provenance."""
    made = select(settings, "train")
    table = parquet.read_table(made.path)
    parquet.write_table(table.slice(1), made.path)
    with pytest.raises(SourceError, match="SHA-256"):
        select(settings, "train")


def test_analysts_who_ask_the_same_at_once_have_the_same(settings: Settings):
    """One of them writes it; nobody sees half of it, and nothing is left beside."""
    found: list[Any] = []

    def one() -> None:
        try:
            found.append(select(settings, "train", "length > 20"))
        except BaseException as error:  # noqa: BLE001
            found.append(error)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 8
    assert {getattr(one, "path", one) for one in found} == {found[0].path}
    assert len({one.provenance["sha256"] for one in found}) == 1
    assert os.listdir(Path(settings.folder, "extracts")) == [found[0].key]
    assert json.loads(Path(found[0].path).with_name("provenance.json").read_text())["rows"] == found[0].rows


@pytest.fixture(scope="module")
def pair() -> Any:
    from tests.store.postgres import programs
    from workbench.oltp.cluster import primary_and_replica

    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with primary_and_replica() as both:
        fill(both[0].url)
        yield both


def test_postgresql_gives_the_same_file(settings: Settings, pair: Any):
    """As Parquet of the same rows; read from the replica where one is set, with the primary's log untouched by it."""
    primary, replica = pair
    expected = select(settings, "train", "length > 20").provenance["sha256"]
    alone = replace(settings, store=primary.url)
    both = replace(alone, replica=replica.url, folder=f"{settings.folder}-2")
    found = [select(one, "posts", "length > 20").provenance for one in (alone, both)]
    assert [one["sha256"] for one in found] == [expected, expected]
    assert [one["read_from"] for one in found] == ["primary", "replica"]
    assert found[0]["engine"] == "postgres"
    with choose.open_engine(both, "duckdb") as engine:
        assert engine.name == "duckdb"


def test_without_its_replica_nothing_is_extracted(settings: Settings, pair: Any):
    """The primary is there, and is not read instead."""
    primary, replica = pair
    both = replace(settings, store=primary.url, replica=replica.url)
    replica.stop()
    try:
        with pytest.raises(ReplicaError) as caught:
            select(both, "posts", "length > 20")
        assert caught.value.exit_code == 75
        assert not os.path.exists(os.path.join(settings.folder, "extracts"))
    finally:
        replica.start()


def test_a_join_of_parquet_with_postgresql_is_the_same_too(settings: Settings, pair: Any):
    """Only what is needed of the table travels."""
    a = select(settings, "train", "year > 1960", join="years", on="item=name")
    b = select(replace(settings, store=pair[0].url, folder=f"{settings.folder}-3"), "train", "year > 1960",
               join="years", on="item=name")  # fmt: skip
    assert a.provenance["sha256"] == b.provenance["sha256"]
    assert b.provenance["engine"] == "duckdb"
