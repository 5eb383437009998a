"""The workbench's user in the operational database: it owns a schema of its own, reads another one, and nothing else.

    master (a password, used for this alone)  ->  user `workbench` (logs in by IAM), schema `workbench`, our tables

Said again, it changes nothing. Left out: tables of other owners, who grant SELECT themselves.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, event, text

from store.address import parse
from store.database import Database
from store.schema import upgrade

from .errors import SettingsError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def prepare(url: str, user: str = "workbench", reads: str = "public") -> dict[str, bool]:
    """Make what is not there yet, as the user that `url` names; whether each thing was new.

    `reads` is the schema whose tables the user may read, those that the user of `url` makes later too.
    Raises: SettingsError; store.errors.SchemaError; UnreachableError.
    """
    for place, name in (("user", user), ("reads", reads)):
        if not _NAME.fullmatch(name):
            raise SettingsError(place, "lower-case letters, digits and _", repr(name))
    database = Database(parse(url))
    if database.is_sqlite:
        raise SettingsError("store.url", "a PostgreSQL server, as SQLite has no users", database.where)
    try:
        made = database.run(lambda connection: _make(connection, user, reads))
    finally:
        database.close()
    _tables(url, user)
    return made


def _make(connection: Connection, user: str, reads: str) -> dict[str, bool]:
    def ask(sql: str, values: Mapping[str, str]) -> bool:
        return bool(connection.execute(text(sql), values).scalar_one())

    def do(*statements: str) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('undertone roles'))"))
    named = {"name": user}
    new_user = not ask("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)", named)
    if new_user:
        do(f"CREATE ROLE {user} LOGIN")
    if ask("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam')", {}):
        do(f"GRANT rds_iam TO {user}")  # with it no password is taken
    do(f"GRANT {user} TO CURRENT_USER", f"GRANT CONNECT, TEMPORARY ON DATABASE {_database(connection)} TO {user}")
    new_schema = not ask("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :name)", named)
    if new_schema:
        do(f"CREATE SCHEMA {user} AUTHORIZATION {user}")
    do(
        f"ALTER ROLE {user} SET search_path = {user}, {reads}",
        f"GRANT USAGE ON SCHEMA {reads} TO {user}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {reads} TO {user}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {reads} GRANT SELECT ON TABLES TO {user}",
    )
    return {"user": new_user, "schema": new_schema}


def _database(connection: Connection) -> str:
    return str(connection.execute(text("SELECT quote_ident(current_database())")).scalar_one())


def _tables(url: str, user: str) -> None:
    """Our tables in the schema, owned by the user: whatever makes or drops partitions later is that user."""

    def become(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {user}")
            cursor.execute(f"SET search_path = {user}")
        connection.commit()

    database = Database(parse(url))
    event.listen(database.engine, "connect", become)
    try:
        upgrade(database)
    finally:
        database.close()
