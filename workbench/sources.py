"""A source as it is now: where its data lie, its columns and their types, its size, and a version of its data.

The version changes when the data do:
    parquet   names, sizes and times of change of the files; of s3://, their ETags
    csv       SHA-256 of the file
    table     PostgreSQL: the number of rows and the transactions that wrote them, or as one has chosen (`versions`);
              SQLite: the number of rows, and size and time of change of the file and its log

Left out: how it is found out (`catalog`), and reading it (`engines`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .errors import ColumnError
from .settings import SourceSpec


@dataclass(frozen=True)
class Source:
    """One source; `columns` maps names to ibis types: `string`, `int64`, `float64`, `boolean`, `timestamp(6)`, ..."""

    spec: SourceSpec
    columns: Mapping[str, str]
    rows: int
    """Counted; of a table whose version is not found by its rows, the planner's number."""
    size_bytes: int
    version: str

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def address(self) -> str:
        return self.spec.address

    @property
    def is_remote(self) -> bool:
        """Whether its bytes travel when they are read here."""
        return self.kind == "table" or self.address.startswith("s3://")

    def require(self, columns: Mapping[str, str] | Iterable[str]) -> None:
        """Nothing, where these columns are there; a mapping's values are kinds: text, number, integer, boolean, any.

        Raises: ColumnError.
        """
        wanted = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "any")
        for column, kind in wanted.items():
            found = self.columns.get(column)
            if found is None:
                raise ColumnError(self.name, column, "a column of that name", f"only {', '.join(self.columns)}")
            if kind not in ("any", *kinds(found)):
                raise ColumnError(self.name, column, kind, found)


def kinds(type_name: str) -> tuple[str, ...]:
    """What a column of an ibis type can be used as.

    >>> kinds("int64"), kinds("float32"), kinds("string"), kinds("timestamp(6)")
    (('number', 'integer'), ('number',), ('text',), ('time',))
    """
    plain = type_name.lstrip("!").split("(")[0].split("<")[0]
    match plain:
        case "string":
            return ("text",)
        case "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64":
            return ("number", "integer")
        case "float16" | "float32" | "float64" | "decimal":
            return ("number",)
        case "boolean":
            return ("boolean",)
        case "timestamp" | "date" | "time":
            return ("time",)
        case _:
            return ()
