"""The schema: migrations make what the code expects, on both databases."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from store import schema
from store.address import parse
from store.database import Database, open_database
from store.errors import SchemaError
from store.tables import METADATA, PIPELINE


def test_migrations_make_the_tables_of_the_code(database: Database):
    """Alembic's own comparison finds nothing to do."""
    differences = database.run(lambda connection: compare_metadata(MigrationContext.configure(connection), METADATA))
    assert differences == []


def test_keys_are_the_same(database: Database):
    """Which that comparison does not look at."""
    from sqlalchemy import inspect

    found = database.run(lambda c: {t: inspect(c).get_pk_constraint(t)["constrained_columns"] for t in METADATA.tables})
    assert found == {name: [column.name for column in table.primary_key] for name, table in METADATA.tables.items()}


def test_a_second_opening_changes_nothing(address: str):
    """The schema's number is that of the code, each time."""
    for _ in range(2):
        with open_database(address) as database:
            assert database.run(schema.version) == schema.newest()


def test_a_newer_schema_is_left_alone(address: str):
    """With both numbers and what to do."""
    with open_database(address) as database:
        database.run(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaError, match=f"has schema 9999, this version knows up to {schema.newest()}"):
        open_database(address).__enter__()


def test_many_that_open_it_first_at_once(address: str):
    """One makes the tables, the others wait for it."""
    errors: list[BaseException] = []

    def one() -> None:
        try:
            with open_database(address) as database:
                assert database.run(schema.version) == schema.newest()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_a_database_of_reviews_keeps_them(address: str):
    """The second migration adds tables and touches none."""
    row = {"pipeline": "p", "model": "m", "made_at": "now", "description": "{}"}
    database = Database(parse(address))

    def first(connection: Connection) -> None:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(PIPELINE.insert().values(row))

    database.run(first)
    assert database.run(schema.version) == "0001"
    database.close()
    with open_database(address) as opened:
        assert opened.run(schema.version) == schema.newest()
        assert opened.run(lambda c: [dict(one) for one in c.execute(PIPELINE.select()).mappings()]) == [row]
        assert opened.run(lambda c: compare_metadata(MigrationContext.configure(c), METADATA)) == []
