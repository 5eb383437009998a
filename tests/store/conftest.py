"""Every test of the store runs over SQLite and over a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database, open_database
from tests.store.postgres import Postgres, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the session."""
    with cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database(f"t{abs(hash(tmp_path))}")


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """One with its tables."""
    with open_database(address) as opened:
        yield opened
