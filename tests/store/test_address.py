"""Addresses of databases."""

import pytest

from store.address import parse, shown
from store.errors import AddressError


@pytest.mark.parametrize(
    ("text", "driver", "database"),
    [
        ("reviews.db", "sqlite", "reviews.db"),
        ("/data/a b.db", "sqlite", "/data/a b.db"),
        ("sqlite:///x.db", "sqlite", "x.db"),
        ("postgres://u@h/d", "postgresql+psycopg", "d"),
        ("postgresql://u:p@h:5433/d?sslmode=require", "postgresql+psycopg", "d"),
    ],
)
def test_an_address_has_its_driver(text: str, driver: str, database: str):
    """A file's name is SQLite, a URL says itself."""
    found = parse(text)
    assert (found.drivername, found.database) == (driver, database)


@pytest.mark.parametrize("text", [
    "", "folder/", "mysql://u:secret@h/d", "postgresql://u:secret@h", "sqlite://", "://", ":memory:",
    "sqlite:///:memory:", "postgresql://u:secret@h:99999/d",
])  # fmt: skip
def test_anything_else_is_told_without_its_password(text: str):
    """What was found, and what is expected."""
    with pytest.raises(AddressError, match="is no database; expected the name of a file") as caught:
        parse(text)
    assert "secret" not in str(caught.value)


def test_an_address_is_shown_without_its_password():
    """Wherever it is printed."""
    assert shown(parse("postgresql://u:secret@h/d")) == "postgresql+psycopg://u:***@h/d"
