"""Tables joined with files: PostgreSQL computes its part, and no more than the needed columns and rows travel."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from store import address
from tests.workbench.engines import cases
from workbench import expressions as x
from workbench import language
from workbench.catalog import describe
from workbench.engines import trees
from workbench.engines.choose import beside, open_engine
from workbench.engines.duckdb import DuckDB
from workbench.engines.postgres import Postgres
from workbench.errors import BudgetError, EngineError, SourceError, UnreachableError
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec


@pytest.fixture
def both(in_postgres: Settings, settings: Settings) -> Iterator[SimpleNamespace]:
    """DuckDB with the texts in PostgreSQL and the truth in a CSV file."""
    database = Operational(in_postgres.store)
    engine = DuckDB(database)
    texts, truth = engine.table(describe(in_postgres, "texts")), engine.table(describe(settings, "truth"))
    yield SimpleNamespace(engine=engine, texts=texts, truth=truth)
    engine.close()
    database.close()


def per_genre(t: Any, u: Any) -> Any:
    chosen = t.filter(language.parse("word(text, 'joy')", t)).group_by("item")
    by_item = chosen.agg(m=lambda c: x.mean(c.score), n=lambda c: c.count())
    return by_item.join(u, "item").select("item", "genre", "m", "n").order_by("item")


def test_an_aggregate_of_a_table_is_computed_by_postgresql(both: SimpleNamespace, duckdb: SimpleNamespace):
    """Six rows travel and not 400 texts; the answer is that of Parquet."""
    expected = duckdb.engine.run(per_genre(duckdb.texts, duckdb.truth))
    found = both.engine.run(per_genre(both.texts, both.truth))
    fetched = both.engine._fetcher.moved_bytes
    assert found.to_pylist() == expected.to_pylist()
    assert 0 < fetched < 6 * 60


@pytest.mark.parametrize("case", ["join", "left join", "correlation", "top", "first by text", "filter by a word"])
def test_every_shape_of_expression_can_be_taken_apart(case: str, both: SimpleNamespace, duckdb: SimpleNamespace):
    expected = duckdb.engine.run(cases.CASES[case](duckdb.texts, duckdb.truth))
    assert both.engine.run(cases.CASES[case](both.texts, both.truth)).equals(expected)


def test_only_needed_columns_are_named(both: SimpleNamespace):
    """A join that needs a genre for each score reads no text."""
    expr = both.texts.join(both.truth, "item").group_by("genre").agg(m=lambda j: x.mean(j.score))
    assert trees.needed(expr) == {"texts": ["item", "score"], "truth": ["item", "genre"]}


def test_the_limit_holds_while_rows_travel(both: SimpleNamespace):
    """A planner may be wrong; COPY is ended as soon as the limit is passed."""
    with pytest.raises(BudgetError) as error:
        both.engine.run(both.texts.join(both.truth, "item"), limit_bytes=1000)
    assert not error.value.estimated


def test_an_estimate_knows_what_is_fetched(both: SimpleNamespace):
    found = both.engine.estimate(both.texts.join(both.truth, "item").select("item", "genre", "text"))
    assert found.bytes >= found.fetched_bytes > 1000


def test_tables_alone_go_to_postgresql(in_postgres: Settings, settings: Settings):
    """By themselves they are asked there, with a file in DuckDB."""
    tables, file = [describe(in_postgres, "texts")], [describe(settings, "truth")]
    assert [beside(one, in_postgres) for one in (tables, tables + file)] == ["postgres", "duckdb"]


def test_odd_types_are_read_as_shared_ones(postgres: Any, tmp_path: Path):
    """uuid, json, enums and arrays come as text, times with a zone as UTC, numeric as decimal: on both engines."""
    url = postgres.database(f"odd{abs(hash(tmp_path))}")
    engine = create_engine(address.parse(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TYPE mood AS ENUM ('happy', 'sad')"))
        columns = (
            'id uuid, "Data" jsonb, mood mood, at timestamptz, price numeric(9, 2), any_price numeric, tags text[]'
        )
        connection.execute(text(f'CREATE TABLE "Odd" ({columns})'))
        values = "'5f7f0c0e-2b1c-4f0e-9f3a-000000000001', '{\"a\": 1}', 'sad', '2024-01-31 12:00+02', 9.99, 1.5, '{a}'"
        connection.exec_driver_sql('INSERT INTO "Odd" VALUES (' + values + ")")  # noqa: S608
    engine.dispose()
    settings = Settings(store=url, sources={"odd": SourceSpec("odd", "table", "public.Odd")}, folder=str(tmp_path))
    source = describe(settings, "odd")
    found = []
    for name in ("postgres", "duckdb"):
        with open_engine(settings, name) as opened:
            found.append(opened.run(opened.table(source)).to_pylist()[0])
    assert found[0] == found[1]
    assert {key: str(value) for key, value in found[0].items()} == {
        "id": "5f7f0c0e-2b1c-4f0e-9f3a-000000000001", "Data": '{"a": 1}', "mood": "sad", "at": "2024-01-31 10:00:00",
        "price": "9.99", "any_price": "1.500000000", "tags": "{a}",
    }  # fmt: skip


def test_a_version_changes_when_rows_do(postgres: Any, tmp_path: Path):
    """A row added, changed in place or taken away makes another version; reading makes none."""
    url = postgres.database(f"version{abs(hash(tmp_path))}")
    settings = Settings(store=url, sources={"t": SourceSpec("t", "table", "t")}, folder=str(tmp_path))
    engine = create_engine(address.parse(url))
    seen = []
    for statement in ("CREATE TABLE t AS SELECT 1 AS n", "INSERT INTO t VALUES (2)", "UPDATE t SET n = 3 WHERE n = 2",
                      "DELETE FROM t WHERE n = 1", "INSERT INTO t VALUES (1)"):  # fmt: skip
        with engine.begin() as connection:
            connection.execute(text(statement))
        seen.append(describe(settings, "t").version)
    again = describe(settings, "t").version
    engine.dispose()
    assert (len(set(seen)), again) == (5, seen[-1])


def test_a_table_that_is_not_there_is_named_with_those_that_are(in_postgres: Settings):
    with pytest.raises(SourceError, match="truth"):
        describe(in_postgres, "store.nothing")


def test_reading_cannot_write(in_postgres: Settings):
    """Its transactions are read-only, whatever the user may do."""
    database = Operational(in_postgres.store)
    with pytest.raises(EngineError, match="read-only"):
        database.query("DELETE FROM truth RETURNING 1")
    database.close()


def test_a_database_that_is_gone_can_be_tried_again(tmp_path: Path):
    """No server at a socket of an empty folder: exit code 75, not a traceback."""
    database = Operational(f"postgresql://a@/b?host={tmp_path}", give_up_s=0.1)
    with pytest.raises(UnreachableError) as error:
        database.query("SELECT 1")
    database.close()
    assert error.value.exit_code == 75


def test_no_session_is_left_in_a_transaction(in_postgres: Settings):
    """Batches that nobody reads on hold no cursor: the operational database is free of us."""
    database = Operational(in_postgres.store)
    engine = Postgres(database)
    batches = engine.batches(engine.table(describe(in_postgres, "texts")))
    next(batches)
    watcher = create_engine(address.parse(in_postgres.store))
    with watcher.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        busy = connection.execute(text(f"{query} AND state <> 'idle'")).scalar_one()
    watcher.dispose()
    batches.close()
    database.close()
    assert busy == 0
