"""What there is: every source by name with its columns, rows, bytes and version, as it is now.

Left out: what is in the columns (`stats`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256

import ibis
import pyarrow as pa

from . import csvs, files, parquet, replicas, tables
from .errors import WorkbenchError
from .operational import Operational
from .settings import Settings, SourceSpec
from .sources import Source


def catalog(settings: Settings) -> list[Source]:
    """Every source of workbench.toml, in its order. Raises: the error of the first that cannot be described."""
    return [describe(settings, name) for name in settings.sources]


def surveyed(settings: Settings) -> list[Source | tuple[SourceSpec, WorkbenchError]]:
    """Every source, or what is wrong with it: a catalog shows both."""
    found: list[Source | tuple[SourceSpec, WorkbenchError]] = []
    for name, spec in settings.sources.items():
        try:
            found.append(describe(settings, name))
        except WorkbenchError as error:
            found.append((spec, error))
    return found


def describe(settings: Settings, name: str) -> Source:
    """One source, or a table as `store.<table>`; tables are read where reading goes to, on the replica if there is one.

    Raises: UnknownSource; SourceError; ColumnError; CsvError; EngineError; UnreachableError.
    """
    spec = settings.source(name)
    match spec.kind:
        case "parquet":
            return parquet.describe(spec)
        case "csv":
            return described_csv(spec, csvs.read(spec))
        case _:
            with opened(settings) as database:
                return tables.describe(database, spec, settings.folder)


def described(settings: Settings, names: Iterable[str]) -> list[Source]:
    """Several, in their order."""
    return [describe(settings, name) for name in names]


def described_csv(spec: SourceSpec, table: pa.Table) -> Source:
    """A CSV file that was read already."""
    content = files.content(spec.address)
    columns = {name: str(kind) for name, kind in ibis.Schema.from_pyarrow(table.schema).items()}
    return Source(spec, columns, table.num_rows, len(content), sha256(content).hexdigest()[:16])


@contextmanager
def opened(settings: Settings) -> Iterator[Operational]:
    """The database that is read from, closed afterwards."""
    with replicas.told(settings):
        database = Operational(replicas.reading(settings))
        try:
            yield database
        finally:
            database.close()
