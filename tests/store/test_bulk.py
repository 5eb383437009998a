"""Many rows at once: the same as a dictionary by key, on both databases."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from store.bulk import upsert
from store.database import Database
from store.tables import TRANSLATION

ODD = "\\N\t\n\",é語😀'\\a"
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text_hash": st.sampled_from("abcde"),
            "engine": st.just("e"),
            "engine_version": st.sampled_from("12"),
            "english": st.text(st.sampled_from(ODD), max_size=6),
            "unknown_words": st.floats(0, 1),
            "negation_lost": st.booleans(),
        }
    ),
    max_size=12,
)


def by_key(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["text_hash"], row["engine_version"]): row for row in rows}


def stored(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    return by_key([dict(row._mapping) for row in connection.execute(select(TRANSLATION))])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_rows_are_kept_as_in_a_dictionary(database: Database, first: list[dict], second: list[dict]):
    """The last of one key counts, texts come back as they were, and the number is that of the rows that changed."""
    expected = by_key(first) | by_key(second)
    changes = sum(by_key(first).get(key) != row for key, row in by_key(second).items())

    def work(connection: Connection) -> None:
        connection.execute(delete(TRANSLATION))
        assert upsert(connection, TRANSLATION, first) == len(by_key(first))
        assert upsert(connection, TRANSLATION, second) == changes
        assert stored(connection) == expected
        assert upsert(connection, TRANSLATION, list(expected.values())) == 0

    database.run(work)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_without_replacing_the_first_stays(database: Database, first: list[dict], second: list[dict]):
    """What is there already is kept as it is."""
    expected = by_key(second) | by_key(first)

    def work(connection: Connection) -> None:
        connection.execute(delete(TRANSLATION))
        upsert(connection, TRANSLATION, first)
        assert upsert(connection, TRANSLATION, second, replace=False) == len(expected) - len(by_key(first))
        assert stored(connection) == expected

    database.run(work)


def test_no_rows_are_no_work(database: Database):
    """And no statement."""
    assert database.run(lambda connection: upsert(connection, TRANSLATION, [])) == 0
