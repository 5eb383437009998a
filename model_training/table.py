"""Two named columns of a file to the texts and labels that training uses; all that is left out is counted.

    no text or no label      left out and told with their lines, up to `max_empty` of the rows; more are refused
    same text, same label    one kept: a repeated text would sit on both sides of a fold
    same text, two labels    all left out: neither label can be trusted
    a rare label             refused, or left out with all its rows, below `min_per_label`

Left out: the files' formats (`readers`), what a label may be (`labels`), and the published release (`data`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

from . import labels
from .dataset import Dataset, Table
from .errors import DataError
from .readers import by_ending
from .readers.record import Records

SHOWN = 10
"""Places that are named where there may be many."""


@dataclass(frozen=True)
class Columns:
    """Where a file keeps its texts and labels, and what may be left out of it."""

    text: str
    label: str
    encoding: str = "utf-8"
    max_empty: float = 0.01
    """The share of rows that may have no text or no label."""
    min_per_label: int = 0
    """Labels with fewer usable rows are left out; 0: none is."""


class _Row(NamedTuple):
    place: int
    text: str
    label: str


def read(path: str, columns: Columns) -> Dataset:
    """The data set of two columns.

    Raises: DataError, naming file, line or row, column and both values; RequestError for an unknown encoding.
    """
    content = by_ending.read(path, columns.text, columns.label, columns.encoding)
    filled, no_text, no_label = _filled(path, content.records, columns)
    first: dict[tuple[str, str], _Row] = {}
    for row in filled:
        first.setdefault((row.text, row.label), row)
    distinct = list(first.values())
    per_text = Counter(row.text for row in distinct)
    usable = [row for row in distinct if per_text[row.text] == 1]
    contradicting = [row.place for row in filled if per_text[row.text] > 1]
    counts = Counter(row.label for row in usable)
    rare = {label: counts[label] for label in {row.label: None for row in filled}
            if counts[label] < columns.min_per_label}  # fmt: skip
    kept = labels.ordered({row.label for row in filled} - rare.keys())
    _check_labels(path, columns, kept, rare)
    index_of = {label: index for index, label in enumerate(kept)}
    used = [row for row in usable if row.label in index_of]
    table = Table(
        content.records.format, content.records.unit, columns.text, columns.label, len(no_text), len(no_label),
        tuple(sorted({*no_text, *no_label})[:SHOWN]), tuple(contradicting[:SHOWN]), rare
    )  # fmt: skip
    return Dataset(
        file=re.split(r"[/\\]", path)[-1],
        sha256=content.sha256,
        encoding=content.encoding,
        record_end="",
        rows=len(content.records.records),
        blank=content.records.blank,
        damaged=0,
        duplicates=len(filled) - len(distinct),
        contradictions=sum(count > 1 for count in per_text.values()),
        contradicting_rows=len(distinct) - len(usable),
        labels=kept,
        texts=tuple(row.text for row in used),
        targets=tuple(index_of[row.label] for row in used),
        table=table,
    )


def _filled(path: str, found: Records, columns: Columns) -> tuple[list[_Row], list[int], list[int]]:
    """The rows that have both values, and the places of those without a text, and of those without a label only."""
    rows, no_text, no_label = list[_Row](), list[int](), list[int]()
    for place, value, label in found.records:
        text, name = _text(path, found.unit, place, value, columns), _label(path, found.unit, place, label, columns)
        if not text:
            no_text.append(place)
        elif name is None:
            no_label.append(place)
        else:
            rows.append(_Row(place, text, name))
    _check_empty(path, found, columns, no_text, no_label)
    settled = labels.settled({row.label for row in rows})
    return [row._replace(label=settled[row.label]) for row in rows], no_text, no_label


def _text(path: str, unit: str, place: int, value: object, columns: Columns) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if not isinstance(value, str):
        raise DataError(path, place, "a text", repr(value)[:40], unit=unit, column=columns.text)
    return value.strip()


def _label(path: str, unit: str, place: int, value: object, columns: Columns) -> str | None:
    try:
        return labels.name_of(value)
    except ValueError as error:
        expected, found = error.args
        raise DataError(path, place, expected, found, unit=unit, column=columns.label) from error


def _check_empty(path: str, found: Records, columns: Columns, no_text: Sequence[int], no_label: Sequence[int]) -> None:
    """Raises: DataError when there are no rows, or too many without a text or a label."""
    if not found.records:
        raise DataError(path, None, "labelled rows", "none after the header")
    empty = len(no_text) + len(no_label)
    if empty > columns.max_empty * len(found.records):
        parts = [(columns.text, no_text), (columns.label, no_label)]
        told = " and ".join(f"{len(at):,} without {name!r} ({places(found.unit, at)})" for name, at in parts if at)
        expected = f"at most {columns.max_empty:.0%} of {len(found.records):,} rows without text or label"
        raise DataError(path, None, expected, f"{told}; --max-empty 1 leaves them out")


def _check_labels(path: str, columns: Columns, kept: Sequence[str], rare: dict[str, int]) -> None:
    """Raises: DataError unless there are 2 to 200 labels."""
    if not 2 <= len(kept) <= labels.MOST:
        some = ", ".join(repr(label[:20]) for label in kept[:5])
        found = f"{len(kept):,}" + (f", such as {some}" if kept else "")
        found += f", once {len(rare)} rare ones are left out" if rare else ""
        raise DataError(path, None, f"2 to {labels.MOST} different labels", found, column=columns.label)


def places(unit: str, at: Sequence[int]) -> str:
    """Places in words, the first few of them.

    >>> places("line", [3, 9]), places("row", range(1, 13))
    ('lines 3, 9', 'rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...')
    """
    named = ", ".join(f"{place}" for place in at[:SHOWN]) + (", ..." if len(at) > SHOWN else "")
    return f"{unit}{'s' if len(at) > 1 else ''} {named}"
