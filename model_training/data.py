"""Reads a labelled file as it is published and cleans it; everything dropped or left is counted.

Bytes are UTF-8 or, where they are not, Latin-1; records end as they like (the Financial PhraseBank's
with a bare carriage return); there is no header. What is done to each kind of damage, and why:

    same text, same label       one kept: a repeated sentence would sit on both sides of a fold
    same text, two labels       all dropped: neither label can be trusted, and none can be learnt
    damaged letters ("+Æ", ä)   left as they are: a token rule may mend them, in training and in serving alike;
                                mended in training only, they would teach terms that no served text has

Left out: how many annotators agree on a sentence (`agreement`), and terms (`features`).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from .dataset import Dataset
from .errors import DataError
from .readers import raw as raw_file

RECORD_ENDS = {"\r\n": "carriage return and line feed", "\n": "line feed", "\r": "bare carriage return"}
_first_record_end = re.compile(r"\r\n|\n|\r").search
# A letter outside ASCII that went through two wrong encodings: "+Æ", "+¦", "+_", "-\x93", or a C1 control.
_damage = re.compile(r"[+-][\x80-\xff_]|[\x80-\x9f]").search


@dataclass(frozen=True)
class Layout:
    """Where a task's file keeps its label and its text."""

    delimiter: str = ","
    columns: int = 2
    label: int = 0
    text: int = 1


def read(path: str, labels: Sequence[str], layout: Layout, at_least: int) -> Dataset:
    """The data set in the file at `path`, cleaned, with `at_least` rows of every label.

    Raises: DataError, naming the file, the row and both values, by the first thing that does not fit.
    """
    raw = read_bytes(path)
    text, encoding = decode(raw)
    record_end = _first_record_end(text)
    rows = list(_records(path, text, labels, layout))
    distinct = list(dict.fromkeys(row for row in rows if row is not None))
    per_text = Counter(sentence for _, sentence in distinct)
    used = [(label, sentence) for label, sentence in distinct if per_text[sentence] == 1]
    filled = sum(row is not None for row in rows)
    dataset = Dataset(
        file=re.split(r"[/\\]", path)[-1],
        sha256=sha256(raw).hexdigest(),
        encoding=encoding,
        record_end=RECORD_ENDS[record_end.group()] if record_end else "none",
        rows=filled,
        blank=len(rows) - filled,
        damaged=sum(row is not None and bool(_damage(row[1])) for row in rows),
        duplicates=filled - len(distinct),
        contradictions=sum(count > 1 for count in per_text.values()),
        contradicting_rows=len(distinct) - len(used),
        labels=tuple(labels),
        texts=tuple(sentence for _, sentence in used),
        targets=tuple(label for label, _ in used),
    )
    for label, count in dataset.label_counts().items():
        if count < at_least:
            raise DataError(path, None, f"at least {at_least} usable rows labelled {label!r}", str(count))
    return dataset


def read_bytes(path: str) -> bytes:
    """The bytes of a file of text.

    Raises: DataError when it is missing, a directory, empty or binary.
    """
    raw = raw_file.read_bytes(path)
    if (at := raw.find(b"\0")) >= 0:
        row = 1 + len(re.findall(rb"\r\n|\n|\r", raw[:at]))
        raise DataError(path, row, "text", f"a NUL byte (byte {at}): this is no text file")
    return raw


def decode(raw: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: UTF-8 where the bytes are, else Latin-1, which never fails.

    >>> decode("Järvi".encode("latin-1")), decode("Järvi".encode())
    (('Järvi', 'Latin-1'), ('Järvi', 'UTF-8'))
    """
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "Latin-1"


def _records(path: str, text: str, labels: Sequence[str], layout: Layout) -> Iterator[tuple[int, str] | None]:
    """Each record's label index and text; None for a blank line."""
    index_of = {label: index for index, label in enumerate(labels)}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    row = 0
    while True:
        row += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(path, row, "a record of comma-separated values", str(error)) from error
        yield _pair(path, row, record, index_of, layout) if record else None


def _pair(path: str, row: int, record: list[str], index_of: dict[str, int], layout: Layout) -> tuple[int, str]:
    if len(record) != layout.columns:
        raise DataError(path, row, f"{layout.columns} columns, a label and a text", str(len(record)))
    label, sentence = record[layout.label].strip(), record[layout.text].strip()
    if label not in index_of:
        raise DataError(path, row, f"a label out of {', '.join(index_of)}", repr(label[:40]))
    if not sentence:
        raise DataError(path, row, "a text after the label", "nothing")
    return index_of[label], sentence
