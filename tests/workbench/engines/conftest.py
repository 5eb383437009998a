"""One PostgreSQL, one Spark and one DuckDB for all tests of the engines, over the same rows."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine

from store import address
from tests.store.postgres import Postgres, cluster
from tests.workbench.engines import cases
from workbench.catalog import describe
from workbench.engines.duckdb import DuckDB
from workbench.engines.postgres import Postgres as PostgresEngine
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec

DDL = """CREATE TABLE texts (item text, text text, label text, n integer, big bigint, score double precision,
ok boolean, day date, at timestamp); CREATE TABLE truth (item text, genre text)"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows as Parquet in two files, the truth as a CSV file."""
    made = tmp_path_factory.mktemp("sources")
    table = cases.rows()
    (made / "texts").mkdir()
    pq.write_table(table.slice(0, 150), made / "texts" / "a.parquet")
    pq.write_table(table.slice(150), made / "texts" / "b.parquet")
    pc.write_csv(cases.truth(), made / "truth.csv")
    return made


@pytest.fixture(scope="session")
def settings(folder: Path) -> Settings:
    sources = {
        "texts": SourceSpec("texts", "parquet", str(folder / "texts")),
        "truth": SourceSpec("truth", "csv", str(folder / "truth.csv")),
    }
    return Settings(sources=sources, folder=str(folder / "work"), store=f"sqlite:///{folder}/none.db")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with cluster() as made:
        yield made


@pytest.fixture(scope="session")
def in_postgres(postgres: Postgres, folder: Path) -> Settings:
    """The same rows as tables; the database sorts texts as a language does, not by their bytes."""
    url = in_english(postgres)
    fill(url)
    sources = {"texts": SourceSpec("texts", "table", "texts"), "truth": SourceSpec("truth", "table", "truth")}
    return Settings(store=url, sources=sources, folder=str(folder / "work-postgres"))


def in_english(postgres: Postgres) -> str:
    """A database whose own order of texts is a language's: the cluster's is that of the bytes."""
    engine = create_engine(address.parse(postgres.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE DATABASE conformance TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'"
        )
    engine.dispose()
    return postgres.url.replace("/postgres?", "/conformance?")


def fill(url: str, rows: Any = None) -> None:
    """The tables, with the rows of `cases` or others."""
    engine = create_engine(address.parse(url))
    with engine.begin() as connection:
        for statement in DDL.split(";"):
            connection.exec_driver_sql(statement)
        cursor = connection.connection.cursor()
        for name, table in (("texts", rows or cases.rows()), ("truth", cases.truth())):
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in table.to_pylist():
                    copy.write_row(list(row.values()))
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


@pytest.fixture(scope="session")
def duckdb(settings: Settings) -> Iterator[SimpleNamespace]:
    engine = DuckDB(None)
    yield opened(engine, settings)
    engine.close()


@pytest.fixture(scope="session")
def postgres_engine(in_postgres: Settings) -> Iterator[SimpleNamespace]:
    database = Operational(in_postgres.store)
    yield opened(PostgresEngine(database), in_postgres)
    database.close()


@pytest.fixture(scope="session")
def spark(settings: Settings) -> Iterator[SimpleNamespace]:
    """A local session, where Java and pyspark are there."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed (Debian: openjdk-17-jre-headless)")
    pytest.importorskip("pyspark", reason="pyspark is not installed (requirements/spark.txt)")
    from workbench.engines.spark import Spark

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    engine = Spark(None)
    yield opened(engine, settings)
    engine.close()


def opened(engine: Any, settings: Settings) -> SimpleNamespace:
    """An engine and its two tables."""
    tables = {name: engine.table(describe(settings, name)) for name in settings.sources}
    return SimpleNamespace(engine=engine, **tables)
