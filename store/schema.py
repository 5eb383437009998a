"""The schema of a database, brought up to date by Alembic's numbered migrations.

Left out: what the tables hold (`tables`).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from .database import Database
from .errors import SchemaError, TakenError
from .partitions import limit_locks

_LOCK = 7_455_812
"""Any number: two processes that begin at once upgrade one after the other."""


def upgrade(database: Database) -> None:
    """Bring the schema up to this version; nothing happens to one that is.

    Raises: SchemaError where a newer version made it; TakenError; RefusedError; UnreachableError; FullError.
    """
    try:
        database.run(lambda connection: _upgrade(connection, database.where))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "42P07" or "already exists" in str(error.orig):
            raise TakenError(database.where, " ".join(str(error.orig).split())) from error
        raise


def version(connection: Connection) -> str | None:
    """The schema's number; None where there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The number that this code knows."""
    return str(_scripts().get_current_head())


def _upgrade(connection: Connection, where: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    found = version(connection)
    if found == newest():
        return
    if found and found not in {script.revision for script in _scripts().walk_revisions()}:
        raise SchemaError(where, found, newest())
    limit_locks(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
