"""Ad hoc CSV files: encoding, delimiter and types are found out; what cannot be read names line and column."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import csvs
from workbench.errors import CsvError, SourceError
from workbench.settings import SourceSpec

TEXT = "play;genre;année\nHamlet;tragédie;1603\nMuch Ado;comédie;1599\n"


def spec(path: Path, **more: str) -> SourceSpec:
    return SourceSpec("truth", "csv", str(path), **more)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark", "windows-1252"])
def test_every_encoding_gives_the_same_table(tmp_path: Path, encoding: str):
    """UTF-8, UTF-8 and UTF-16 with their marks, and Windows-1252 are told apart."""
    content = b"\xff\xfe" + TEXT.encode("utf-16-le") if encoding == "utf-16-le-mark" else TEXT.encode(encoding)
    table = csvs.read(spec(write(tmp_path / "truth.csv", content)))
    expected = {"play": ["Hamlet", "Much Ado"], "genre": ["tragédie", "comédie"], "année": [1603, 1599]}
    assert table.to_pydict() == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str):
    """A delimiter inside quotes is none."""
    text = delimiter.join(["a", "b", "c"]) + "\n" + delimiter.join(['"1,5;6|7"', "x", "2"]) + "\n"
    table = csvs.read(spec(write(tmp_path / "x.csv", text)))
    assert table.to_pydict() == {"a": ["1,5;6|7"], "b": ["x"], "c": [2]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", ""], pa.int64()),
        (["1", "2.5", "1e3"], pa.float64()),
        (["true", "FALSE"], pa.bool_()),
        (["007", "12"], pa.string()),
        (["1", "n/a"], pa.string()),
        (["", ""], pa.string()),
        (["9223372036854775808"], pa.string()),
        (["nan"], pa.string()),
        (["1,5"], pa.string()),
    ],
)
def test_types_are_the_narrowest_that_lose_nothing(tmp_path: Path, values: list[str], expected: pa.DataType):
    """Numbers with a leading zero stay text, as they are names; so do numbers that 64 bits do not hold."""
    lines = "".join(f'k,"{value}"\n' for value in values)
    table = csvs.read(spec(write(tmp_path / "x.csv", "key,value\n" + lines)))
    assert table.schema.field("value").type == expected


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ('a,b\n1,2\n"x\ny",3\n5,6,7\n', 5, ""),
        ('a,b\n1,2\n1,"x\n', 3, ""),
        ("a,a\n1,2\n", 1, "a"),
        ("a,\n1,2\n", 1, "2"),
        ("", 1, ""),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: str, line: int, column: str):
    """The line is the file's, though values have line ends of their own."""
    with pytest.raises(CsvError) as error:
        csvs.read(spec(write(tmp_path / "x.csv", content), delimiter=","))
    assert (error.value.line, error.value.column) == (line, column)


def test_a_value_of_another_type_is_named(tmp_path: Path):
    """A column that must be whole numbers says where it is not."""
    path = write(tmp_path / "x.csv", 'item,n\na,1\n"b\n",2\nc,many\n')
    with pytest.raises(CsvError) as error:
        csvs.read(spec(path), {"n": "int64"})
    assert (error.value.line, error.value.column, error.value.found) == (5, "n", "'many'")


def test_a_column_that_must_be_there_is_named(tmp_path: Path):
    with pytest.raises(CsvError, match="genre"):
        csvs.read(spec(write(tmp_path / "x.csv", "a,b\n1,2\n")), {"genre": "string"})


def test_an_encoding_that_was_named_counts(tmp_path: Path):
    """A wrong one is an error of the line, not other letters."""
    path = write(tmp_path / "x.csv", "a,b\n1,é\n".encode("windows-1252"))
    with pytest.raises(CsvError) as error:
        csvs.read(spec(path, encoding="utf-8"))
    assert error.value.line == 2
    with pytest.raises(SourceError, match="klingon"):
        csvs.read(spec(path, encoding="klingon"))


def test_no_file(tmp_path: Path):
    with pytest.raises(SourceError):
        csvs.read(spec(tmp_path / "none.csv"))


@given(st.lists(st.lists(st.text("aé\"',;\n\t |€", max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]):
    """Texts with every sort of delimiter, quote and line end come back; an empty one is no value."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    path = write(tmp_path_factory.mktemp("csv") / "x.csv", text.getvalue())
    table = csvs.read(spec(path, delimiter=",", encoding="utf-8"), dict.fromkeys("abc", "string"))
    expected = [[value or None for value in row] for row in rows]
    assert [list(row.values()) for row in table.to_pylist()] == expected
