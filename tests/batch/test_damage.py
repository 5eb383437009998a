"""Rows that cannot be read cost themselves alone, and say where they are without saying what is in them."""

import errno
import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from batch.errors import InputUnreachable
from batch.formats.parquet import Parquet
from batch.formats.physical import Text
from batch.inputs import find
from batch.reading import read
from batch.records import ID_BYTES, ROW_BYTES, Bad, Record
from tests.batch.made import PLAIN, made, rows, source, texts

LONG = f"longer than {ROW_BYTES:,} bytes"


def test_latin_1_in_a_utf_8_file(tmp_path: Path):
    """The row with the byte is bad, by line and byte of the file; those around it are read."""
    content = "id,text\n1,café\n".encode() + "2,café\n".encode("latin-1") + b"3,fine\n"
    assert texts(made(tmp_path / "a.csv", content)) == ["café", f"(3: no UTF-8 at byte {content.index(0xE9)})", "fine"]
    assert content.index(0xE9) == 21


def test_the_byte_counts_the_mark(tmp_path: Path):
    """A byte-order mark is three bytes of the file."""
    content = b"\xef\xbb\xbftext\nok\n\xff\n"
    assert texts(made(tmp_path / "a.csv", content)) == ["ok", f"(3: no UTF-8 at byte {content.index(0xFF)})"]


def test_nul_bytes(tmp_path: Path):
    """A file that was not written to its end holds them: bad rows, with the hint that it may be UTF-16."""
    found = texts(made(tmp_path / "a.txt", b"one\n\0\0\0\ntwo\n"))
    assert found == ["one", "(2: a NUL byte at byte 4: damaged, or UTF-16 without its mark)", "two"]


def test_nul_told_by_json_is_text(tmp_path: Path):
    r"""JSON may say \u0000 and half of a pair: text, which `normalise` makes fit to store."""
    found = made(tmp_path / "a.jsonl", rb'{"id": "a\u0000\ud800", "text": "b\u0000\ud800"}')
    assert rows(found) == [Record(0, 1, "a\ufffd\ufffd", "b\0\ud800", None)]


def test_wrong_numbers_of_columns(tmp_path: Path):
    """Too few and too many are bad, and say how many."""
    content = b"id,text\n1,a\n2\n3,b,c\n4,d\n"
    assert texts(made(tmp_path / "a.csv", content)) == [
        "a", "(3: 1 column, and the header has 2)", "(4: 3 columns, and the header has 2)", "d"
    ]  # fmt: skip


def test_a_quote_that_is_not_closed(tmp_path: Path):
    """It costs its own line; the lines that it would have swallowed are rows, at its next quote or the file's end."""
    middle = b'id,text\n1,"open\n2,"two lines\nof one"\n3,"ok"\n'
    sense = "a quote is not closed, or not doubled within quotes"
    assert texts(made(tmp_path / "a.csv", middle)) == [f"(2: {sense})", "two lines\nof one", "ok"]
    end = b'id,text\n1,"open\n2,fine\n3,"cut'
    assert texts(made(tmp_path / "b.csv", end)) == [f"(2: {sense})", "fine", f"(4: {sense})"]


def test_a_quote_within_quotes(tmp_path: Path):
    """It must be doubled; a quote within a value that has none around it is a letter."""
    content = b'id,text\n1,"he said "no" to me"\n2,5" wide\n3,"he said ""no"""\n'
    sense = "a quote is not closed, or not doubled within quotes"
    assert texts(made(tmp_path / "a.csv", content)) == [f"(2: {sense})", '5" wide', 'he said "no"']


def test_lines_are_those_of_the_file(tmp_path: Path):
    """A row's line is where it begins, newlines in quotes before it and blank lines counted, whatever ends a line."""
    found = rows(made(tmp_path / "a.csv", b'text\r\n"a\nb\rc"\r\n\r\nd\re\n'))
    assert [(row.line, row.text) for row in found if isinstance(row, Record)] == [(2, "a\nb\rc"), (6, "d"), (7, "e")]


def test_json_that_is_no_object(tmp_path: Path):
    """Each kind has its reason, which tells nothing of the content."""
    lines = [
        '{"text": "ok"}', '["secret"]', '"secret"', "12", "null", '{"text": "secret', "secret", '{"text": 7}',
        '{"text": null}', '{"text": {"secret": 1}}', '{"text": true}', "[" * 100_000, '{"text": ' + "9" * 5000 + "}",
        '{"text": "last"}',
    ]  # fmt: skip
    found = rows(made(tmp_path / "a.jsonl", "\n".join(lines).encode()))
    reasons = [row.reason if isinstance(row, Bad) else row.text for row in found]
    assert reasons == [
        "ok", *["JSON, but no object"] * 4,
        "no JSON: unterminated string starting at column 10",
        "no JSON: expecting value at column 1",
        "the text is a number", "the text is missing", "the text is an object", "the text is true or false",
        "JSON with too many levels", "JSON with a number of too many digits", "last",
    ]  # fmt: skip
    assert "secret" not in "".join(row.reason for row in found if isinstance(row, Bad))


@pytest.mark.parametrize("text", ["", " ", "\t\u3000 "])
def test_empty_texts(tmp_path: Path, text: str):
    """A row without a text is bad in every format that has columns."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "text": text}))
    (tmp_path / "a.csv").write_text(f'id,text\n1,"{text}"\n', encoding="utf-8")
    parquet.write_table(pa.table({"id": [1], "text": [text]}), tmp_path / "a.parquet")
    for found in find(str(tmp_path), PLAIN):
        assert [row.reason for row in read(found, PLAIN) if isinstance(row, Bad)] == ["the text is empty"]


def test_ids(tmp_path: Path):
    """None is the name and the line; a list, a truth or a very long one is bad."""
    ids = ["null", '""', '" a "', "7", "7.0", "NaN", "[1]", "true", "1.5", json.dumps("é" * ID_BYTES)]
    lines = "\n".join(f'{{"id": {one}, "text": "t"}}' for one in ids)
    found = rows(made(tmp_path / "a.jsonl", lines.encode()))
    assert [row.review_id if isinstance(row, Record) else row.reason for row in found] == [
        "a.jsonl:1", "a.jsonl:2", "a", "7", "7", "a.jsonl:6",
        "the id is a list", "the id is true or false", "the id is a number", "the id is longer than 1,024 bytes",
    ]  # fmt: skip


def test_languages_as_declared(tmp_path: Path):
    """Kept as they are; what no tag can be is none."""
    content = "".join(
        f'{{"text": "t", "lang": {one}}}\n' for one in ('"pt-BR"', '" es "', '""', "null", "5", f'"{"x" * 36}"')
    )
    found = rows(made(tmp_path / "a.jsonl", content.encode()))
    assert [row.language for row in found if isinstance(row, Record)] == ["pt-BR", "es", None, None, None, None]


def test_gzip_cut_anywhere(tmp_path: Path):
    """Whatever byte a packed file is cut at, rows before are read, and one bad row tells the cut."""
    whole = gzip.compress(b"id,text\n" + b"".join(b"%d,%s\n" % (n, os.urandom(9).hex().encode()) for n in range(40)))
    (tmp_path / "whole.csv.gz").write_bytes(whole)
    wanted = rows(source(tmp_path / "whole.csv.gz"))
    assert len(wanted) == 40
    path = tmp_path / "cut.csv.gz"
    for length in range(2, len(whole)):
        path.write_bytes(whole[:length])
        found = list(read(source(path), PLAIN))
        assert [row.text for row in found[:-1]] == [row.text for row in wanted[: len(found) - 1]]
        assert isinstance(found[-1], Bad)
        assert found[-1].reason == "the compressed data ends here: the file is cut"
    assert len(found) == 41  # all rows, and the checksum is missing


def test_gzip_damaged(tmp_path: Path):
    """A wrong checksum, and what is no gzip at all."""
    whole = bytearray(gzip.compress(b"one\ntwo\n"))
    whole[-6] ^= 1
    (tmp_path / "a.txt.gz").write_bytes(whole)
    reason = "the compressed data is damaged from here on"
    assert texts(source(tmp_path / "a.txt.gz")) == ["one", "two", f"(3: {reason})"]
    (tmp_path / "b.txt.gz").write_bytes(b"no gzip\n")
    assert texts(source(tmp_path / "b.txt.gz")) == [f"(1: {reason})"]


def test_gzip_cut_within_quotes(tmp_path: Path):
    """A row of several lines that is cut is one bad row, where it begins."""
    whole = gzip.compress(b'id,text\n1,a\n2,"b\nc\nd\n', mtime=0)
    (tmp_path / "a.csv.gz").write_bytes(whole[:-8])
    assert texts(source(tmp_path / "a.csv.gz")) == ["a", "(3: the compressed data ends here: the file is cut)"]


def test_utf_16_cut_within_a_character(tmp_path: Path):
    """The rows before are read."""
    reason = "the bytes are no UTF-16-LE from here on: the file is cut or damaged"
    assert texts(made(tmp_path / "a.txt", "one\ntwo\n".encode("utf-16")[:-1])) == ["one", f"(2: {reason})"]


def test_a_cut_last_line(tmp_path: Path):
    """A JSON object that is cut is bad; so is a CSV row that lacks a column."""
    assert texts(made(tmp_path / "a.jsonl", b'{"text": "a"}\n{"text": "b')) == [
        "a", "(2: no JSON: unterminated string starting at column 10)"
    ]  # fmt: skip
    content = b"id,text,stars\n1,a,5\n2,b"
    assert texts(made(tmp_path / "a.csv", content)) == ["a", "(3: 2 columns, and the header has 3)"]


MEGABYTES_10 = b"x" * 10_000_000
QUOTED_10 = b'"' + (b'so ""good""\r\n, ' + b"x" * 1000) * 10_000 + b'"'


@pytest.mark.parametrize(("name", "content"), [
    ("a.csv", b"id,text\n1,a\n2," + MEGABYTES_10 + b"\n3,b\n"),
    ("b.csv", b"id,text\n1,a\n2," + QUOTED_10 + b"\n3,b\n"),
    ("a.tsv.gz", b"id\ttext\n1\ta\n2\t" + MEGABYTES_10 + b"\n3\tb\n"),
    ("a.jsonl", b'{"text": "a"}\n{"text": "' + MEGABYTES_10 + b'"}\n{"text": "b"}\n'),
    ("a.txt", b"a\n" + MEGABYTES_10 + b"\nb"),
    ("b.txt", b"a\r\n" + MEGABYTES_10 * 2 + b"\r\nb"),
    ("c.csv", b"id,text\n1,a\n2," + MEGABYTES_10 * 2 + b"\n3,b\n"),
])  # fmt: skip
def test_ten_megabytes_in_one_field(tmp_path: Path, name: str, content: bytes):
    """A row over the limit is one bad row, quoted newlines and all; the next is read."""
    bad = 3 if name.endswith((".csv", ".tsv.gz")) else 2
    assert texts(made(tmp_path / name, content)) == ["a", f"({bad}: {LONG})", "b"]


def test_just_at_the_limit(tmp_path: Path):
    """A row of exactly the limit is read, one of a byte more is not."""
    fits = b"x" * (ROW_BYTES - 1)
    found = texts(made(tmp_path / "a.txt", fits + b"\n" + fits + b"x\n"))
    assert found == [fits.decode(), f"(2: {LONG})"]


def test_ten_megabytes_in_parquet(tmp_path: Path):
    """The limit is one of the text."""
    given = ["a", "é" * 5_000_000, "b"]
    parquet.write_table(pa.table({"text": given}), tmp_path / "a.parquet")
    assert texts(source(tmp_path / "a.parquet")) == ["a", f"(2: the text is {LONG})", "b"]


def test_a_quote_open_for_very_long(tmp_path: Path):
    """After 16 MiB a quote counts as forgotten: one bad line, and each of the many after it is read."""
    content = b'id,text\n1,"open\n' + (b"2," + b"fine" * 250 + b"\n") * 17_000
    found = read(made(tmp_path / "a.csv", content), PLAIN)
    assert isinstance(next(found), Bad)
    assert sum(isinstance(row, Record) for row in found) == 17_000


def test_parquet_cut(tmp_path: Path):
    """Without its end no row can be found: the file is one bad row."""
    parquet.write_table(pa.table({"text": ["a"] * 100}), tmp_path / "whole.parquet")
    (tmp_path / "a.parquet").write_bytes((tmp_path / "whole.parquet").read_bytes()[:-20])
    assert rows(source(tmp_path / "a.parquet")) == [Bad(0, 1, "no Parquet, or a file that is cut")]


def test_parquet_with_a_damaged_row_group(tmp_path: Path):
    """Each row of the group is bad, those of the others are read."""
    path = tmp_path / "a.parquet"
    given = [f"text number {n}" for n in range(30)]
    parquet.write_table(
        pa.table({"text": given}), path, row_group_size=10, write_page_checksum=True, compression="none",
        use_dictionary=False,
    )  # fmt: skip
    content = bytearray(path.read_bytes())
    content[content.index(b"text number 15")] ^= 1
    path.write_bytes(content)
    found = texts(source(path))
    assert found[:10] + found[20:] == given[:10] + given[20:]
    assert found[10:20] == [f"({n}: the row group that it is in is damaged)" for n in range(11, 21)]


def test_parquet_with_text_that_is_no_utf_8(tmp_path: Path):
    """The value alone is bad."""
    for kind in (pa.binary(), pa.string()):
        values = pa.array([b"caf\xc3\xa9", b"caf\xe9", b"fine"], pa.binary())
        values = pa.Array.from_buffers(kind, 3, values.buffers())
        parquet.write_table(pa.table({"text": values}), tmp_path / "a.parquet", store_schema=False)
        assert texts(source(tmp_path / "a.parquet")) == ["café", "(2: the text is not in UTF-8)", "fine"]


class Broken(io.RawIOBase):
    """A disk that fails after some bytes."""

    def __init__(self, content: bytes, good: int) -> None:
        self._content, self._good = io.BytesIO(content), good

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: memoryview) -> int:
        if self._content.tell() < self._good:
            raise OSError(errno.EIO, "Input/output error")
        return self._content.readinto(buffer)


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.parquet"])
def test_a_disk_that_fails(tmp_path: Path, name: str):
    """It is no damage of the content: no row becomes a bad one, and one can try again."""
    parquet.write_table(pa.table({"text": ["a" * 100] * 1000}), tmp_path / "a.parquet", compression="none")
    content = (tmp_path / "a.parquet").read_bytes() if name == "a.parquet" else b"one\ntwo\n"
    found = made(tmp_path / name, content)
    file = io.BufferedReader(Broken(Path(found.path).read_bytes(), 1))
    with pytest.raises(InputUnreachable, match="Input/output error"):
        list(Text(file, found).lines(100) if found.kind == "lines" else _rows(Parquet(file, found.path)))


def _rows(table: Parquet) -> Iterator[Record | Bad]:
    table.choose(PLAIN)
    return table.rows("a", 0, None)
