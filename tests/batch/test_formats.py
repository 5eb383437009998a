"""What csv, json and pyarrow write is read again, in every encoding, line end and packing."""

import contextlib
import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from batch.errors import InputError
from batch.formats.physical import split
from batch.reading import check, offsets
from batch.records import Bad, Columns, Place, Record
from tests.batch.made import PLAIN, made, rows, source, texts

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip)
SHORT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=9).map(str.strip)
ID = st.text(st.sampled_from('abc,;"\n\t| é'), min_size=1, max_size=9).filter(str.strip)
TABLE = st.lists(st.tuples(ID, TEXT, SHORT), max_size=12)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
ENDS = st.sampled_from(["", ".gz"])


def plain(found: list[Record | Bad]) -> list[tuple[str, str, str | None]]:
    assert all(isinstance(row, Record) for row in found), found
    return [(row.review_id, row.text, row.language) for row in found]


def expected(table: list[tuple[str, str, str]]) -> list[tuple[str, str, str | None]]:
    return [(key.strip(), text, language or None) for key, text, language in table]


@given(TABLE, ENCODINGS, ENDS, st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n", "\r"]))
def test_csv_comes_back(table: list[tuple[str, str, str]], encoding: str, end: str, delimiter: str, terminator: str):
    """What csv.writer wrote, with any delimiter, newlines within quotes, any encoding with its mark."""
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_MINIMAL if terminator == "\r\n" else csv.QUOTE_ALL  # else it leaves a bare CR unquoted
    csv.writer(out, delimiter=delimiter, lineterminator=terminator, quoting=quoting).writerows(
        [("id", "text", "language"), *table]
    )
    with TemporaryDirectory() as folder:
        found = made(Path(folder, f"a.csv{end}"), out.getvalue().encode(encoding))
        assert plain(rows(found)) == expected(table)


@given(TABLE, ENCODINGS, ENDS, st.booleans())
def test_json_lines_come_back(table: list[tuple[str, str, str]], encoding: str, end: str, ascii_only: bool):
    """What json.dumps wrote."""
    lines = [json.dumps(dict(zip(("id", "text", "lang"), row, strict=True)), ensure_ascii=ascii_only) for row in table]
    with TemporaryDirectory() as folder:
        found = made(Path(folder, f"a.jsonl{end}"), "".join(line + "\n" for line in lines).encode(encoding))
        assert plain(rows(found)) == expected(table)


@given(st.lists(TEXT.map(lambda text: " ".join(text.split())).filter(bool)), ENCODINGS, ENDS)
def test_lines_come_back(given_texts: list[str], encoding: str, end: str):
    """A text a line, named by its line; only CR and LF end one."""
    with TemporaryDirectory() as folder:
        found = made(Path(folder, f"a.txt{end}"), "\r\n".join(given_texts).encode(encoding))
        wanted = [(f"a.txt{end}:{line}", text, None) for line, text in enumerate(given_texts, 1)]
        assert plain(rows(found)) == wanted


@given(
    TABLE,
    st.sampled_from([pa.string(), pa.large_string(), pa.string_view(), pa.binary()]),
    st.integers(1, 5),
    st.booleans(),
)
def test_parquet_comes_back(table: list[tuple[str, str, str]], kind: pa.DataType, group: int, in_dictionary: bool):
    """What pyarrow wrote, whatever a text's type, in row groups of any length."""
    keys, given_texts, languages = zip(*table, strict=True) if table else ((), (), ())
    values = pa.array([text.encode() if kind == pa.binary() else text for text in given_texts], kind)
    if in_dictionary and kind == pa.string():
        values = values.dictionary_encode()
    columns = pa.table(
        {
            "id": pa.array(keys, pa.string()),
            "stars": [5] * len(table),
            "text": values,
            "lang": pa.array(languages, pa.string()),
        }
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        parquet.write_table(columns, path, row_group_size=group)
        assert plain(rows(source(path))) == expected(table)


@given(st.text(st.sampled_from('ab",\r\n é'), max_size=40))
def test_csv_is_what_the_library_reads(content: str):
    """Any text that csv takes in strict mode has the same rows here; blank lines are none."""
    whole = "id,text\n" + content
    with TemporaryDirectory() as folder:
        found = rows(made(Path(folder, "a.csv"), whole.encode()))
    try:
        wanted = [row for row in csv.reader(io.StringIO(whole, newline=""), strict=True) if row][1:]
    except csv.Error:
        assert any(isinstance(row, Bad) for row in found)
        return
    good = [(row[0].strip(), row[1]) for row in wanted if len(row) == 2 and row[1].strip()]
    assert len(found) == len(wanted)
    assert [
        (row.review_id if key else "", row.text)
        for (key, _), row in zip(good, (r for r in found if isinstance(r, Record)), strict=True)
    ] == good


@given(st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.txt"]), st.lists(st.sampled_from(
    [b'"', b",", b"\t", b"\r", b"\n", b"a", b"\xe9", b"\0", b" ", b'{"text":', b"}", b"[", b"1", b'""', b"\xed\xa0\x80"]
)), st.booleans())  # fmt: skip
def test_any_bytes_give_rows(name: str, content: list[bytes], packed: bool):
    """Whatever follows a header or an object, each row is a record or bad, the same from any place (`made.rows`)."""
    header = {"a.csv": b"id,text\n", "a.tsv": b"id\ttext\n", "a.jsonl": b'{"text": "a"}\n'}.get(name, b"")
    with TemporaryDirectory() as folder:
        assert (
            rows(made(Path(folder, name + ".gz" * packed), header + b"".join(content)), Columns(text="text"))
            is not None
        )


@given(st.binary(max_size=60), st.sampled_from(["a.csv", "a.jsonl.gz", "a.txt", "a.txt.gz", "a.parquet"]))
def test_no_bytes_are_a_surprise(content: bytes, name: str):
    """Files of noise give rows, or the room's own error of a header."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        with contextlib.suppress(InputError):
            rows(source(path))


def test_quotes_that_are_letters_in_tsv(tmp_path: Path):
    """IANA's TSV has no quotes: a line whose quotes make no sense is taken as it is; a proper quote is one."""
    content = b'id\ttext\n1\t"Great" they said\n2\t"open\n3\t"a ""b"" c"\n4\t5" screen\n'
    assert texts(made(tmp_path / "a.tsv", content)) == ['"Great" they said', '"open', 'a "b" c', '5" screen']


def test_delimiters_in_quotes_do_not_decide(tmp_path: Path):
    """The header's delimiter is the one that stands most often outside quotes."""
    found = made(tmp_path / "a.csv", b'"id, or number, or key, or name";text\n1;a,b\n')
    assert texts(found) == ["a,b"]


@pytest.mark.parametrize(("name", "content"), [
    ("a.csv", b""), ("a.csv", b"id,text\n"), ("a.csv", b"id,text"), ("a.csv", b"\xef\xbb\xbf"), ("a.csv", b"\n\n"),
    ("a.jsonl", b""), ("a.jsonl", b"\n \n"), ("a.txt", b""), ("a.txt", b"\r\n\t\n"), ("a.txt.gz", b""),
])  # fmt: skip
def test_nothing_to_read(tmp_path: Path, name: str, content: bytes):
    """No content, a header only, blank lines only: no rows, and no error."""
    assert rows(made(tmp_path / name, content)) == []


def test_empty_parquet(tmp_path: Path):
    """A table of no rows has none."""
    parquet.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "a.parquet")
    assert rows(source(tmp_path / "a.parquet")) == []


def test_duplicate_headers(tmp_path: Path):
    """Two columns of the name that is needed are an error; two of another name are not."""
    with pytest.raises(InputError, match="two columns of that name in 'id', 'text', 'text'"):
        rows(made(tmp_path / "a.csv", b"id,text,text\n1,a,b\n"))
    assert texts(made(tmp_path / "b.csv", b"x,text,x\n1,a,b\n")) == ["a"]


def test_headers_that_cannot_be_read(tmp_path: Path):
    """A header in another encoding is an error that says so."""
    with pytest.raises(InputError, match="a header in UTF-8, found another encoding"):
        rows(made(tmp_path / "a.csv", "año,text\n1,a\n".encode("latin-1")))
    with pytest.raises(InputError, match="NUL bytes: UTF-16 without a mark"):
        rows(made(tmp_path / "b.csv", "id,text\n1,a\n".encode("utf-16-le")))


def test_keys_are_looked_for_in_the_first_objects(tmp_path: Path):
    """JSON objects differ; a key that is asked for and is in none of the first hundred is told, with what is there."""
    found = made(tmp_path / "a.jsonl", b'{"stars": 1}\n{"stars": 2, "body": "Fine"}\n')
    assert texts(found) == ["(1: the text is missing)", "Fine"]
    with pytest.raises(InputError, match="one column 'txt', found only 'stars', 'body'"):
        check(found, Columns(text="txt"))


def test_a_column_of_numbers_is_no_text(tmp_path: Path):
    """A Parquet column says what it holds, so it is an error at once."""
    parquet.write_table(pa.table({"text": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="texts in the column 'text', found values of type int64"):
        check(source(tmp_path / "a.parquet"), PLAIN)


def test_numbers_are_ids(tmp_path: Path):
    """An id is what is written: a number of Parquet or JSON is the same id as in CSV; none is name and row."""
    parquet.write_table(pa.table({"id": [7, None, 9], "text": ["a", "b", "c"]}), tmp_path / "a.parquet")
    found = [row.review_id for row in rows(source(tmp_path / "a.parquet"))]
    assert found == ["7", "a.parquet:2", "9"]
    exact = pa.array([Decimal(7), Decimal("7.5"), None], pa.decimal128(38, 1))
    parquet.write_table(pa.table({"id": exact, "text": ["a", "b", "c"]}), tmp_path / "b.parquet")
    assert [getattr(row, "review_id", row) for row in rows(source(tmp_path / "b.parquet"))] == [
        "7", Bad(1, 2, "the id is a number"), "b.parquet:3"
    ]  # fmt: skip


def test_gzip_of_several_members(tmp_path: Path):
    """What `cat a.gz b.gz` makes is one file."""
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert texts(source(tmp_path / "a.txt.gz")) == ["one", "two"]


@given(st.lists(st.binary(max_size=9) | st.sampled_from([b"\r", b"\n", b"a\r", b"\nb"])))
def test_lines_do_not_depend_on_blocks(blocks: list[bytes]):
    """Wherever a block ends, between CR and LF too, the lines are those of the whole, with their places."""
    whole = b"".join(blocks)
    found = list(split(blocks, 1000))
    assert [content for _, _, content in found] == whole.splitlines(keepends=True)
    assert [line for line, _, _ in found] == list(range(1, len(found) + 1))
    assert all(whole[byte:].startswith(content) for _, byte, content in found if isinstance(content, bytes))


def test_places_are_bytes_of_the_file(tmp_path: Path):
    """Where one can begin there; 0 where the file must be read from its start."""
    content = b'\xef\xbb\xbfid,text\r\n1,"a\nb"\r\n\r\n2,c\r\n3,d'
    places = list(offsets(made(tmp_path / "a.csv", content), 2))
    assert places == [Place(0, 2, content.index(b"1,")), Place(2, 6, content.index(b"3,")), Place(3, 7, 0)]
    packed = list(offsets(made(tmp_path / "a.csv.gz", content), 2))
    assert packed == [place._replace(byte=0) for place in places]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b'[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]', "a JSON object a line, found other JSON: `jq"),
        ("a.json", b'[\n {"id": 1,\n  "text": "a"}\n]\n', "a JSON object a line, found other JSON: `jq"),
        ("a.json", b'{\n "id": 1,\n "text": "a"\n}\n', "a JSON object a line, found other JSON: `jq"),
        ("a.csv", gzip.compress(b"id,text\n1,a\n"), r"a header, found data compressed by gzip: its name must end in"),
        ("a.csv", b"PK\x03\x04\x14\x00\x06\x00", "a header, found a zip, as spreadsheets are: save it as CSV"),
        ("a.tsv", b"PAR1\x15\x04\x15", r"a header, found Parquet: its name must end in \.parquet"),
    ],
)
def test_a_file_of_another_kind_is_told(tmp_path: Path, name: str, content: bytes, told: str):
    """As a whole and at once, in place of a rejected row for each line of it."""
    with pytest.raises(InputError, match=told):
        rows(made(tmp_path / name, content))


def test_a_single_line_that_is_cut_is_a_row(tmp_path: Path):
    """It is JSON lines still."""
    assert texts(made(tmp_path / "a.jsonl", b'{"text": "cut')) == [
        "(1: no JSON: unterminated string starting at column 10)"
    ]
