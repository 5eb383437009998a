"""Parquet: a file or a folder of files (hive partitions too), local or s3://, seen as one source by its footers.

Left out: the rows; engines read those.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from . import files
from .errors import ColumnError, SourceError
from .settings import SourceSpec
from .sources import Source

SUFFIXES = (".parquet", ".pq")
_FOOTERS_AT_ONCE = 16


def describe(spec: SourceSpec) -> Source:
    """The source as it is now. Raises: SourceError; ColumnError where files disagree; UnreachableError."""
    found = files.listed(spec.address, SUFFIXES)
    with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
        footers = list(pool.map(footer, [file.path for file in found]))
    columns = _columns(footers[0].schema.to_arrow_schema())
    for file, one in zip(found, footers, strict=True):
        _same(file.path, columns, _columns(one.schema.to_arrow_schema()))
    columns |= partitions(spec.address, [file.path for file in found])
    return Source(
        spec, columns, sum(one.num_rows for one in footers), sum(file.size_bytes for file in found), version(found)
    )


def footer(path: str) -> Any:
    """A file's metadata. Raises: SourceError; UnreachableError."""
    with files.told(path), files.system(path).open_input_file(files.within(path)) as file:
        return pq.read_metadata(file)


def version(found: Sequence[files.File]) -> str:
    """A digest of names, sizes and marks."""
    lines = "".join(f"{file.path}\t{file.size_bytes}\t{file.mark}\n" for file in found)
    return sha256(lines.encode()).hexdigest()[:16]


def partitions(address: str, paths: Sequence[str]) -> dict[str, str]:
    """The columns that folders of the form `name=value` give: int64 where all values are whole numbers.

    >>> partitions("d", ["d/year=2020/lang=en/a.parquet", "d/year=2021/lang=de/b.parquet"])
    {'year': 'int64', 'lang': 'string'}
    """
    values: dict[str, set[str]] = {}
    for path in paths:
        for part in path.removeprefix(address).split("/")[:-1]:
            name, equals, value = part.partition("=")
            if equals:
                values.setdefault(name, set()).add(unquote(value))
    whole = {name: all(value.isdigit() and str(int(value)) == value for value in held) for name, held in values.items()}
    return {name: "int64" if whole[name] else "string" for name in values}


def column_bytes(paths: Sequence[str], columns: Sequence[str]) -> int:
    """Compressed bytes of these columns in all files: what reading them moves."""
    total = 0
    for path in paths:
        data = footer(path)
        for group in range(data.num_row_groups):
            chunks = (data.row_group(group).column(index) for index in range(data.num_columns))
            total += sum(c.total_compressed_size for c in chunks if c.path_in_schema.split(".")[0] in columns)
    return total


def _columns(schema: pa.Schema) -> dict[str, str]:
    types = ibis.Schema.from_pyarrow(schema)
    return {name: str(kind.copy(nullable=True)) for name, kind in types.items()}


def _same(path: str, expected: dict[str, str], found: dict[str, str]) -> None:
    for name, kind in expected.items():
        if found.get(name) != kind:
            raise ColumnError(path, name, f"{kind}, as in the first file", found.get(name, "no such column"))
    more = [name for name in found if name not in expected]
    if more:
        raise SourceError(path, "the columns of the first file", f"{', '.join(more)} besides")
