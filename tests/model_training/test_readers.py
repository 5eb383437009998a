"""The readers of files with columns: the same rows from every format, and each bad file refused by its place."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_training import sample
from model_training.errors import DataError, RequestError
from model_training.readers import by_ending, separated
from model_training.readers.record import Record

if TYPE_CHECKING:
    from pathlib import Path

# What each format can hold: no NUL, no lone surrogate.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
PAIRS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20)


def read(path: Path, content: bytes | str, encoding: str = "utf-8") -> by_ending.Content:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return by_ending.read(str(path), "body", "stars", encoding)


def pairs_of(found: by_ending.Content) -> list[tuple[object, object]]:
    return [(record.text, record.label) for record in found.records.records]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "csv.gz", "tsv.gz", "jsonl.gz"])
@settings(max_examples=40)
@given(pairs=PAIRS)
def test_every_format_gives_the_rows_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, ending: str, pairs: list[tuple[str, str]]
) -> None:
    """Whatever the texts hold: separators, quotes, line ends of every kind; the writers are csv, json and pyarrow."""
    path = sample.write_columns(str(tmp_path_factory.mktemp("any") / f"a.{ending}"), pairs, "body", "stars")

    assert pairs_of(by_ending.read(path, "body", "stars", "utf-8")) == pairs


@pytest.mark.parametrize("separator", separated.SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_header_tells_the_separator(tmp_path: Path, separator: str, end: str) -> None:
    """Not the rows: texts are full of commas. A byte-order mark and blanks around names are passed over."""
    lines = ["\ufeffid| body |stars", "7|a, b; and, c;|5", "", "8|d|1"]

    found = read(tmp_path / "a.csv", end.join(lines).replace("|", separator).replace("a, b; and, c;", '"a, b; c,|"'))

    assert pairs_of(found) == [("a, b; c,|", "5"), ("d", "1")]
    assert [record.place for record in found.records.records] == [2, 4]
    assert (found.records.unit, found.records.blank) == ("line", 1)
    assert found.records.format == f"values with a {separated.SEPARATORS[separator]} between"


def test_a_place_is_the_line_that_a_row_begins_on(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", 'body,stars\n"one\ntwo\r\nthree",5\nfour,1\n')

    assert found.records.records == [Record(2, "one\ntwo\r\nthree", "5"), Record(5, "four", "1")]


def test_quotes_in_a_file_of_tabs_are_letters(tmp_path: Path) -> None:
    """As most such files are written: nothing needs quotes where no field holds a tab."""
    found = read(tmp_path / "a.tsv", 'body\tstars\n"Wow", he said\t5\n"a ""b"" c"\t1\n5" nails\t2\n')

    assert pairs_of(found) == [('"Wow", he said', "5"), ('a "b" c', "1"), ('5" nails', "2")]


def test_tabs_and_lines_inside_quotes_are_read_as_spreadsheets_write_them(tmp_path: Path) -> None:
    assert pairs_of(read(tmp_path / "a.tsv", 'body\tstars\n"a\tb\nc"\t5\n')) == [("a\tb\nc", "5")]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "koi8-r", "utf-8-sig"])
def test_an_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    word = "отлично" if encoding == "koi8-r" else "très bon"

    found = read(tmp_path / "a.csv", f"body,stars\r\n{word},5\r\n".encode(encoding), encoding)

    assert pairs_of(found) == [(word, "5")]


def test_json_lines_may_hold_other_line_ends_and_lack_a_key(tmp_path: Path) -> None:
    """U+2028 parts no line of JSON; a key that is not there is an empty value, as null is."""
    lines = ['{"body": "a\u2028b", "stars": 5, "id": [1]}', '{"stars": true}', "", '{"body": null, "stars": 4.0}']

    found = read(tmp_path / "a.jsonl", "\r\n".join(lines) + "\n")

    assert found.records.records == [Record(1, "a\u2028b", 5), Record(2, None, True), Record(4, None, 4.0)]
    assert found.records.blank == 1


def test_parquet_reads_texts_that_are_stored_as_codes(tmp_path: Path) -> None:
    """As pandas stores a categorical column; labels may be of any simple type."""
    import pyarrow as pa
    from pyarrow import parquet

    texts = pa.array(["a", "b", None]).dictionary_encode()
    path = str(tmp_path / "a.parquet")
    parquet.write_table(
        pa.table({"stars": pa.array([1, None, 2], pa.int8()), "body": texts, "x": [[1], [2], []]}), path
    )

    found = by_ending.read(path, "body", "stars", "utf-8")

    assert found.records.records == [Record(1, "a", 1), Record(2, "b", None), Record(3, None, 2)]
    assert found.records.unit == "row"


BAD = [
    ("a.csv", b"", ": expected labelled rows, found an empty file"),
    ("a.csv", b"text,stars\na,5\n", ": expected a column 'body', found none; there are 'text', 'stars'"),
    ("a.csv", b"body,body,stars\n", ": expected a column 'body', found 2 of them; there are 'body', 'body', 'stars'"),
    ("a.csv", b"a", ": expected a column 'body', found none; there are 'a'"),
    (
        "a.csv",
        b"body,stars\na,5\nb,c,1\n",
        ", line 3: expected 2 columns with a comma between, as in the header, found 3",
    ),
    (
        "a.csv",
        b"body;stars\na;5\nb\n",
        ", line 3: expected 2 columns with a semicolon between, as in the header, found 1",
    ),
    (
        "a.csv",
        b'body,stars\na,5\n"b,1\nc,2\n',
        ", line 3: expected the closing quote of a field, found the end of the file",
    ),
    (
        "a.csv",
        b'body,stars\n"a "b" c",5\n',
        ", line 2: expected a quote doubled (\"\") inside a quoted field, found ',' expected after '\"' (line 2)",
    ),
    (
        "a.csv",
        "body,stars\na,5\ntrès,1\n".encode("latin-1"),
        ", line 3: expected UTF-8 (invalid continuation byte), found byte 0xe8 (byte 18 of the file); --encoding names",
    ),
    (
        "a.csv",
        "body,stars\na,5\n".encode("utf-16"),
        ", line 1: expected UTF-8 (invalid start byte), found the byte-order mark of UTF-16; --encoding utf-16",
    ),
    ("a.csv", b"body,stars\na\0,5\n", ", line 2: expected text, found a NUL character (character 13 of the file)"),
    ("a.csv.gz", b"body,stars\n", ": expected a whole gzip file, as its name says, found not a gzipped file (b'bo')"),
    (
        "b.csv.gz",
        gzip.compress(b"body,stars\na,5\n", mtime=0)[:-9],
        ": expected a whole gzip file, as its name says, found compressed file ended before the end-of-stream marker",
    ),
    ("a.jsonl", b'{"body": "a", "stars": 5}\n[1]\n', ", line 2: expected a JSON object, found [1]"),
    (
        "a.jsonl",
        b'{"body": "a"\n',
        ", line 1: expected a JSON object, found no JSON: expecting ',' delimiter at column",
    ),
    ("a.jsonl", b"[" * 100_000, ", line 1: expected a JSON object, found no JSON: maximum recursion depth exceeded"),
    ("a.jsonl", b'{"text": "a"}\n', ": expected a column 'body', found none; there are 'text'"),
    (
        "a.parquet",
        b"body,stars\na,5\n",
        ": expected a Parquet file, as its name says, found Parquet magic bytes not found",
    ),
    (
        "a.xlsx",
        b"PK",
        ": expected a name that ends with .csv, .tsv, .tab, .txt, .jsonl, .ndjson, .parquet, .pq, or .gz",
    ),
    ("a.parquet.gz", b"x", ": expected a name that ends with .csv"),
    ("csv", b"x", ": expected a name that ends with .csv"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_file_is_refused_by_its_place(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """File, line, what was expected and what was found, in one line."""
    with pytest.raises(DataError) as caught:
        read(tmp_path / name, content)

    assert str(caught.value).startswith(f"{tmp_path / name}{message}")
    assert "\n" not in str(caught.value)


def test_a_parquet_column_of_other_things_is_refused(tmp_path: Path) -> None:
    path = sample.write_columns(str(tmp_path / "a.parquet"), [("a", "b")], "text", "stars")

    with pytest.raises(DataError, match=r"a\.parquet, column 'id': expected texts, found values of type int64"):
        by_ending.read(path, "id", "stars", "utf-8")


@pytest.mark.parametrize("name", ["rot13", "base64", "utf-99", "", "\0"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError, match="--encoding: expected an encoding such as utf-8, cp1252 or utf-16, found"):
        read(tmp_path / "a.csv", "body,stars\na,5\n", name)


def test_a_long_text_is_read_whole(tmp_path: Path) -> None:
    """The csv module alone stops at 131,072 characters."""
    text = "word, " * 50_000
    lines = io.StringIO()
    csv.writer(lines).writerows([("body", "stars"), (text, "5")])

    assert pairs_of(read(tmp_path / "a.csv", lines.getvalue())) == [(text, "5")]


@settings(max_examples=200)
@given(
    content=st.binary(min_size=1, max_size=200) | st.text(st.sampled_from('body,stars\n\t";|\r{}:[]é')).map(str.encode)
)
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz", "parquet"])
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, ending: str, content: bytes) -> None:
    """With an error of ours that names the file, never another one."""
    path = tmp_path_factory.mktemp("any") / f"a.{ending}"
    path.write_bytes(content)

    try:
        found = by_ending.read(str(path), "body", "stars", "utf-8")
    except DataError as error:
        place = error.path
    else:
        place = str(path) if all(isinstance(record, Record) for record in found.records.records) else ""
    assert place == str(path)
