"""An engine by its name, with the database and the folder of the settings.

Left out: what each can do.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .. import replicas
from ..errors import StorageError
from ..operational import Operational
from ..settings import Settings
from ..sources import Source
from .protocol import Engine


@contextmanager
def open_engine(settings: Settings, name: str | None = None) -> Iterator[Engine]:
    """The engine of this name, or of the settings, closed afterwards; tables are read where reading goes to.

    Raises: EngineMissing; EngineError; SettingsError; ReplicaError.
    """
    try:
        os.makedirs(settings.folder, exist_ok=True)
    except OSError as error:
        raise StorageError(settings.folder, str(error)) from error
    with replicas.told(settings):
        database = Operational(replicas.reading(settings), settings.folder)
        try:
            engine = _opened(settings, name or settings.engine, database)
            try:
                yield engine
            finally:
                engine.close()
        finally:
            database.close()


def beside(sources: Iterable[Source], settings: Settings) -> str:
    """The engine that lies where all of the sources do: postgres for its tables alone, else that of the settings.

    >>> beside([], Settings())
    'duckdb'
    """
    kinds = {source.kind for source in sources}
    is_postgres = settings.reads.startswith("postgres")
    return "postgres" if kinds == {"table"} and is_postgres and settings.engine == "duckdb" else settings.engine


def _opened(settings: Settings, name: str, database: Operational) -> Engine:
    """Each is imported when it is asked for: Spark's takes a second."""
    match name:
        case "postgres":
            from .postgres import Postgres

            return Postgres(database)
        case "spark":
            from .spark import Spark

            return Spark(None, database, settings.folder)
        case "athena":
            from .athena import Athena

            return Athena(settings.athena)
        case _:
            from .duckdb import DuckDB

            return DuckDB(database, settings.folder)
