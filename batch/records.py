"""What is read: a source of reviews, which columns count, and its rows, each a record or a bad one.

Left out: finding sources (`inputs`) and reading them (`reading`).
"""

from typing import NamedTuple

ROW_BYTES = 1 << 20
"""1 MiB in UTF-8, line ends and other columns included: a longer row is bad. Books are reviewed in less."""
ID_BYTES = 1024
"""A longer id is bad: an index of PostgreSQL holds 2,704 bytes, of which this is one part."""


class Record(NamedTuple):
    """A row with a text; `number` counts the rows of its source from 0, `line` is where it begins, from 1.

    `review_id` can be stored anywhere; `text` is as the source has it, so `normalise` comes before storing.
    """

    number: int
    line: int
    review_id: str
    text: str
    language: str | None  # as the source declares it


class Bad(NamedTuple):
    """A row that cannot be read; `reason` holds nothing of what a user wrote."""

    number: int
    line: int
    reason: str


class Source(NamedTuple):
    """One file or object."""

    name: str  # from the folder or prefix that was asked for, with "/" between
    source_id: str  # hexadecimal: SHA-256 of the content, or of an S3 object's ETag and size
    kind: str  # csv, tsv, jsonl, parquet or lines
    compressed: bool  # by gzip
    size_bytes: int  # as stored
    path: str  # of a file, or s3://bucket/key


class Columns(NamedTuple):
    """The columns that count, by name; None is guessed where it is plain."""

    text: str | None = None
    id: str | None = None
    language: str | None = None


class Place(NamedTuple):
    """Where a row begins: its number, its line, and how many bytes come before it (0 where one cannot jump there)."""

    number: int
    line: int
    byte: int
