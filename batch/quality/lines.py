"""Labelled lines: a text, its language, its label and, where somebody wrote one, its English.

    language  label     text                english
    es        negative  Nadie respondió.    Nobody answered.

A CSV or a TSV with that header; `english` may be missing. Left out: reviews without labels (`inputs`).
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..columns import shown
from ..errors import InputError

REVIEWS = Path(__file__).with_name("reviews.tsv")
_NEEDED = ("language", "label", "text")


class Line(NamedTuple):
    """One labelled text; `english` is a person's translation."""

    language: str
    label: str
    text: str
    english: str | None


def read(path: Path = REVIEWS) -> list[Line]:
    """All lines of a file, in order.

    Raises: InputError where it is not there, not UTF-8, or lacks a column or a value.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = list(_lines(path, file))
    except OSError as error:
        raise InputError(str(path), "a file of labelled lines", error.strerror or "an error") from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), "UTF-8", f"byte {error.object[error.start]:#x} at {error.start}") from error
    if not lines:
        raise InputError(str(path), "labelled lines", "none")
    return lines


def _lines(path: Path, file: Iterable[str]) -> Iterator[Line]:
    tabs = path.suffix.lower() != ".csv"
    rows = csv.DictReader(file, dialect="excel-tab", quoting=csv.QUOTE_NONE) if tabs else csv.DictReader(file)
    found = list(rows.fieldnames or ())
    if missing := [name for name in _NEEDED if name not in found]:
        raise InputError(str(path), f"columns {', '.join(_NEEDED)}", f"no {', '.join(missing)} among {shown(found)}")
    for row in rows:
        if empty := [name for name in _NEEDED if not row[name]]:
            raise InputError(f"{path} line {rows.line_num}", f"a value of {empty[0]}", "none")
        yield Line(row["language"].lower(), row["label"], row["text"], row.get("english") or None)
