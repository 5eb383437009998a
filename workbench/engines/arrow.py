"""Arrow as every engine gives it: with the expression's own schema; COPY's and Athena's CSV read into it.

Left out: where the bytes come from.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pc

_BLOCK_BYTES = 16 << 20
"""One record must fit into it."""


def schema(expr: Any) -> pa.Schema:
    """The expression's, every column nullable."""
    made = expr.as_table().schema().to_pyarrow()
    return pa.schema([pa.field(field.name, _plain(field.type)) for field in made])


def conforming(batches: Iterable[pa.RecordBatch], wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batches with the types that were asked for; a sum that an engine gives as decimal becomes int64 again."""
    for batch in batches:
        columns = [_cast(batch.column(index), field.type) for index, field in enumerate(wanted)]
        yield pa.RecordBatch.from_arrays(columns, schema=wanted)


def table(batches: Iterable[pa.RecordBatch], wanted: pa.Schema) -> pa.Table:
    """All of them."""
    return pa.Table.from_batches(batches, schema=wanted)


def from_csv(source: IO[bytes], wanted: pa.Schema, *, header: bool = False) -> Iterator[pa.RecordBatch]:
    """CSV in which a text is quoted where it could be taken for null; the file is closed at the end.

    An empty line is a row of one null, not nothing.
    """
    options = {
        "read_options": pc.ReadOptions(column_names=wanted.names, skip_rows=int(header), block_size=_BLOCK_BYTES),
        "parse_options": pc.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        "convert_options": pc.ConvertOptions(
            column_types={field.name: field.type for field in wanted},
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t", "true"], false_values=["f", "false"],
        ),
    }  # fmt: skip
    with source:
        try:
            reader = pc.open_csv(source, **options)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise
        yield from conforming(reader, wanted)


def size_bytes(batch: Any) -> int:
    """Bytes of a batch's or a table's values."""
    return int(batch.nbytes)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)
