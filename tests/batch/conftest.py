"""A store for each test, on SQLite and on a real PostgreSQL, as the store's own tests have it."""

from tests.store.conftest import address, database, postgres

__all__ = ["address", "database", "postgres"]
