"""Reading the labelled file: each damage handled as said and counted, each bad file refused by name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from model_training import data, sample
from model_training.data import Dataset, Layout
from model_training.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LABELS = ("no", "yes")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Dataset]:
    def read_bytes(content: bytes, at_least: int = 1, layout: Layout | None = None) -> Dataset:
        path = tmp_path / "some.csv"
        path.write_bytes(content)
        return data.read(str(path), LABELS, layout or Layout(), at_least)

    return read_bytes


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_records_end_with_any_line_end(read: Callable[..., Dataset], end: bytes) -> None:
    """A bare carriage return, as published, or what an editor made of it: the same rows."""
    dataset = read(b"no,It fell ." + end + b'yes,"It rose , a lot ."' + end)

    assert dataset.texts == ("It fell .", "It rose , a lot .")
    assert dataset.targets == (0, 1)
    assert dataset.record_end == data.RECORD_ENDS[end.decode()]


def test_the_last_record_needs_no_end(read: Callable[..., Dataset]) -> None:
    assert read(b"no,a\ryes,b").texts == ("a", "b")


@pytest.mark.parametrize(("encoding", "name"), [("latin-1", "Latin-1"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8")])
def test_encoding_is_told_from_the_bytes(read: Callable[..., Dataset], encoding: str, name: str) -> None:
    """UTF-8 where the bytes are, else Latin-1: letters come out right, a byte-order mark goes."""
    dataset = read("no,Jyväskylä £ 5\ryes,b".encode(encoding))

    assert dataset.texts[0] == "Jyväskylä £ 5"
    assert dataset.encoding == name


def test_damaged_letters_are_counted_and_left(read: Callable[..., Dataset]) -> None:
    """Serving repairs nothing, so training must not either."""
    dataset = read(
        "no,Sepp+Æl+Æ fell\ryes,Jyväskylä rose\rno,TYRV+_+_N fell\rno,its -\x93 s fall\ryes,a+b".encode("latin-1")
    )

    assert dataset.damaged == 3
    assert dataset.texts[0] == "Sepp+Æl+Æ fell"


def test_one_of_equal_rows_is_kept(read: Callable[..., Dataset]) -> None:
    dataset = read(b"no,a\ryes,b\rno,a\rno, a \r")

    assert (dataset.rows, dataset.duplicates, dataset.texts) == (4, 2, ("a", "b"))


def test_a_text_with_two_labels_is_dropped_whole(read: Callable[..., Dataset]) -> None:
    """Neither of its labels can be trusted, however often each is repeated."""
    dataset = read(b"no,a\ryes,b\ryes,a\rno,c\ryes,a\r")

    assert dataset.texts == ("b", "c")
    assert (dataset.contradictions, dataset.contradicting_rows, dataset.duplicates) == (1, 2, 1)


def test_every_row_is_accounted_for(read: Callable[..., Dataset]) -> None:
    dataset = read(b"no,a\r\ryes,b\ryes,a\rno,c\rno,c\r\r")

    assert dataset.rows == len(dataset.texts) + dataset.duplicates + dataset.contradicting_rows
    assert (dataset.rows, dataset.blank) == (5, 2)
    assert dataset.label_counts() == {"no": 1, "yes": 1}


def test_another_layout_is_read_by_the_same_code(read: Callable[..., Dataset]) -> None:
    """Text first, label second, an id third, tabs between: what another task's file may look like."""
    dataset = read(b"It fell\tno\t1\nIt rose\tyes\t2\n", layout=Layout("\t", columns=3, label=1, text=0))

    assert dataset.texts == ("It fell", "It rose")
    assert dataset.targets == (0, 1)


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        (b"", None, "expected labelled rows, found an empty file"),
        (b" \r\n ", None, "expected labelled rows, found an empty file"),
        (b"no,a\ryes\r", 2, "expected 2 columns, a label and a text, found 1"),
        (b"no,a\r\ryes,b,c\r", 3, "expected 2 columns, a label and a text, found 3"),
        (b"label,text\rno,a\r", 1, "expected a label out of no, yes, found 'label'"),
        (b"no,a\rNo,b\r", 2, "expected a label out of no, yes, found 'No'"),
        (b"no,a\ryes, \r", 2, "expected a text after the label, found nothing"),
        (b'no,a\ryes,"b\rno,c', 2, "expected a record of comma-separated values, found unexpected end of data"),
        (b"no,a\ryes,b\0c\r", 2, "expected text, found a NUL byte (byte 10): this is no text file"),
        ("no,a\ryes,b".encode("utf-16"), 1, "expected text, found a NUL byte (byte 3): this is no text file"),
        (b"no,a\ryes,b\rno,c", None, "expected at least 2 usable rows labelled 'yes', found 1"),
        (b"no,a\rno,b", None, "expected at least 2 usable rows labelled 'yes', found 0"),
    ],
)
def test_a_bad_file_is_refused(
    read: Callable[..., Dataset], tmp_path: Path, content: bytes, row: int | None, message: str
) -> None:
    """File, row, what was expected and what was found, in one line."""
    with pytest.raises(DataError) as caught:
        read(content, at_least=2)

    place = f"{tmp_path / 'some.csv'}: " if row is None else f"{tmp_path / 'some.csv'}, row {row}: "
    assert str(caught.value) == place + message
    assert caught.value.row == row


def test_an_endless_label_is_shown_in_part(read: Callable[..., Dataset]) -> None:
    with pytest.raises(DataError) as caught:
        read(b"x" * 10_000 + b",a\r")

    assert len(caught.value.found) < 50


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, found in ((tmp_path, "is a directory"), (tmp_path / "none.csv", "no such file or directory")):
        with pytest.raises(DataError, match=f"expected a readable file, found {found}"):
            data.read(str(path), LABELS, Layout(), 1)


def test_a_sample_is_in_the_published_form(tmp_path: Path) -> None:
    """Latin-1, bare carriage returns, no header; the seed alone decides what is in it."""
    dataset = data.read(
        sample.write(str(tmp_path / "a.csv"), 20), ("negative", "neutral", "positive"), Layout(), at_least=20
    )

    assert (dataset.encoding, dataset.record_end) == ("Latin-1", "bare carriage return")
    assert dataset.label_counts() == {"negative": 20, "neutral": 20, "positive": 20}
    assert sample.rows(20) == sample.rows(20)
    assert sample.rows(20) != sample.rows(20, seed=1)


@pytest.mark.data
def test_the_published_file() -> None:
    """What the release as published holds, counted once by hand with other tools."""
    path = os.environ.get("UNDERTONE_DATA", "")
    if not os.path.isfile(path):
        pytest.skip("UNDERTONE_DATA does not name all-data.csv")

    dataset = data.read(path, ("negative", "neutral", "positive"), Layout(), at_least=5)

    assert (dataset.encoding, dataset.record_end) == ("Latin-1", "bare carriage return")
    assert (dataset.rows, dataset.blank, dataset.duplicates) == (4362, 0, 6)
    assert (dataset.contradictions, dataset.contradicting_rows) == (2, 4)
    assert dataset.damaged == 98
    assert dataset.label_counts() == {"negative": 544, "neutral": 2583, "positive": 1225}
