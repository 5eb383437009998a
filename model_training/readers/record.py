"""What every reader gives: the records of two columns, each with the place where a person finds it.

Left out: how they are read (`separated`, `json_lines`, `parquet`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import DataError


class Record(NamedTuple):
    """One row's two values, as the format has them."""

    place: int
    """From 1: the line that it begins on, or the row of a file without lines."""
    text: object
    label: object


class Records(NamedTuple):
    """A file's records, and how it was read."""

    format: str
    unit: str
    """What a place counts: "line" or "row"."""
    blank: int
    records: Sequence[Record]


def check_columns(path: str, asked: Sequence[str], there: Sequence[str]) -> None:
    """Each column that is asked for is there once.

    Raises: DataError, naming those that are there.
    """
    for name in asked:
        if there.count(name) != 1:
            found = "none" if name not in there else f"{there.count(name)} of them"
            raise DataError(path, None, f"a column {name!r}", f"{found}; there are {_named(there)}")


def _named(columns: Sequence[str], most: int = 20) -> str:
    more = f" and {len(columns) - most} more" if len(columns) > most else ""
    return ", ".join(repr(column[:40]) for column in columns[:most]) + more or "no columns"
