"""Parquet files, by pyarrow, which is imported when the first one is read; only the two columns are.

Left out: folders of several files, and columns inside others.
"""

from typing import Any

from ..errors import DataError
from .record import Record, Records, check_columns


def read(path: str, raw: bytes, text: str, label: str) -> Records:
    """The records of the columns named `text` and `label`.

    Raises: DataError when it is no Parquet file, or the text column holds no texts.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(raw))
        check_columns(path, (text, label), file.schema_arrow.names)
        columns = file.read(columns=[text, label])
    except (pa.ArrowException, OSError) as error:
        raise DataError(path, None, "a Parquet file, as its name says", str(error).splitlines()[0]) from error
    _check_texts(pa, path, columns.schema.field(text))
    pairs = zip(columns[text].to_pylist(), columns[label].to_pylist(), strict=True)
    return Records("Parquet", "row", 0, [Record(row, *pair) for row, pair in enumerate(pairs, 1)])


def _check_texts(pa: Any, path: str, field: Any) -> None:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise DataError(path, None, "texts", f"values of type {field.type}", column=field.name)
