"""Files to texts: every kind, every way to break one, and never more than a piece in memory."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.doors.lines import Line, Truncated, gunzip, reader, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX = 1000


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read(name: str, data: bytes, size: int = 7) -> list[Line]:
    found = reader(name)
    assert found
    chunks: Iterable[bytes] = pieces(data, size)
    return list(found(gunzip(chunks) if name.endswith(".gz") else chunks, MAX))


def texts(name: str, data: bytes, size: int = 7) -> list[tuple[int, str | None]]:
    return [(line.number, line.text) for line in read(name, data, size)]


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.txt.gz", "a.csv.GZ", "a.jsonl", "a.b.csv"])
def test_a_file_is_known_by_its_name(name: str) -> None:
    """Its kind is the end of its name, with or without .gz, in any case."""
    assert reader(name) is not None


@pytest.mark.parametrize("name", ["a", "a.json", "a.tsv", "a.gz", "txt", "a.txt.zip", "a.txt.gz.gz", ""])
def test_other_files_are_not_read(name: str) -> None:
    """What is no text file has no reader."""
    assert reader(name) is None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"one\ntwo\n\nfour"),
        ("a.txt", b"one\r\ntwo\r\n\r\nfour\r\n"),
        ("a.txt", b"\xef\xbb\xbfone\ntwo\n\nfour\n"),
        ("a.csv", b'text\none\ntwo\n""\nfour\n'),
        ("a.csv", b'\xef\xbb\xbf"text","id"\r\n"one",1\r\ntwo,2\r\n,3\r\nfour,4\r\n'),
        ("a.csv", b" ID , Text \n1,one\n2,two\n3,\n4,four\n"),
        ("a.csv", b'one\ntwo\n""\nfour\n'),
    ],
)  # fmt: skip
def test_however_a_file_is_written(name: str, data: bytes, size: int) -> None:
    """Line ends, marks of order, heads and where the pieces fall change nothing."""
    assert [line.text for line in read(name, data, size)] == ["one", "two", "", "four"]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_lines_of_json(size: int) -> None:
    """Empty lines are passed over, broken ones reported in their place, and ids of any kind kept."""
    data = b'\xef\xbb\xbf{"text": "a", "id": {"n": 1}}\n\n{"text": 1}\n{"id": 2}\n{\nnull\n"x"\n{"text": "\xff"}\n'
    data += b'{"text": "z"}'
    found = read("a.jsonl", data, size)
    assert [(line.number, line.text) for line in found] == [
        (1, "a"), (3, None), (4, None), (5, None), (6, None), (7, None), (8, None), (9, "z"),
    ]  # fmt: skip
    assert found[0].id == {"n": 1}
    assert found[1].error == "Expected `str`, got `int` - at `$.text`"


def test_one_broken_line_among_many() -> None:
    """The rest is read, and the broken one has its number."""
    rows = [json.dumps({"text": f"text {n}"}).encode() for n in range(1, 10_001)]
    rows[4_999] = b'{"text": "text 5000'
    found = read("a.jsonl", b"\n".join(rows), 65_536)
    assert [line.number for line in found if line.error] == [5000]
    assert len(found) == 10_000


def test_a_csv_field_over_several_lines() -> None:
    """A quoted field keeps its line breaks, and its row has the number of its last line."""
    assert texts("a.csv", b'text,id\n"one\r\ntwo",1\nthree,2\n') == [(3, "one\ntwo"), (4, "three")]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"id,text\n1,one\n2\n3,three\n", [(2, "one"), (3, None), (4, "three")]),
        (b"text\none\ntwo, and more\n", [(2, "one"), (3, None)]),
        (b"one\ntwo, and more\n", [(1, "one"), (2, None)]),
        (b"text,id\none,1,,\n", [(2, "one")]),
        (b"id,words\n1,one\n", [(1, None)]),
        (b'text\none\n"two\nthree\n', [(2, "one"), (4, None)]),
        (b'text\n"one" two\nthree\n', [(2, None), (3, "three")]),
        (b"text\none\n\xe4rger\nthree\n", [(2, "one"), (3, None), (4, "three")]),
        (b"text,id\none,\xe4\ntwo,2\n", [(2, None), (3, "two")]),
        (b"\r\n\r\ntext\none\n", [(4, "one")]),
        (b"text\n" + b"x" * 1001 + b"\ntwo\n", [(2, None), (3, "two")]),
        (b"text\n" + b"x" * 200_000, [(2, None)]),
        (b"", []), (b"\n", []), (b"text\n", []),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_read(data: bytes, found: list[tuple[int, str | None]]) -> None:
    """No row is answered as another text than it has: short, long, unclosed and undecodable ones are reported."""
    assert texts("a.csv", data, 64) == found


def test_a_line_that_is_too_long_is_told_so() -> None:
    """Its error names the limit, whichever the kind of file."""
    for name, head in (("a.txt", b""), ("a.jsonl", b""), ("a.csv", b"text\n")):
        assert read(name, head + b"x" * 1001)[-1].error == "expected at most 1000 bytes in a line"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_other_encodings_are_reported_by_line(encoding: str) -> None:
    """Lines that are the same in UTF-8 are read, the others are errors and no other words."""
    data = "Plain words\nStraße\n".encode(encoding)
    assert texts("a.txt", data) == [(1, "Plain words"), (2, None)]


@pytest.mark.parametrize("end", [b"", b"\n", b"\nnext"])
def test_an_endless_line_takes_no_memory(end: bytes) -> None:
    """A line of 64 MB is passed over in the space of a piece."""
    chunk = b"x" * 262_144
    tracemalloc.start()
    found = list(split((*(chunk for _ in range(256)), end), 600_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [None, *([b"next"] if end == b"\nnext" else [])]
    assert peak < 4_000_000


@given(
    lines=st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"").rstrip(b"\r"))),
    size=st.integers(1, 9),
)
def test_lines_are_those_that_were_joined(lines: list[bytes], size: int) -> None:
    """Splitting undoes joining, wherever the pieces fall."""
    data = b"".join(line + b"\n" for line in lines)
    found = list(split(pieces(data, size), 12))
    assert found == list(split([data], 12))
    assert found == [line for line in [*lines][:1] for line in [line.removeprefix(b"\xef\xbb\xbf")]] + lines[1:]


@given(
    rows=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=9), min_size=1
    )
)
def test_csv_files_of_the_standard_writer_are_read(rows: list[str]) -> None:
    """What Python's own writer makes of any texts comes back."""
    import csv

    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["text"], *([row] for row in rows)])
    assert [line.text for line in read("a.csv", file.getvalue().encode())] == rows


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("members", [1, 2, 3])
def test_gzip_of_one_or_more_members(size: int, members: int) -> None:
    """Files that were joined after they were compressed are read as one."""
    data = b"".join(gzip.compress(b"line %d\n" % number) for number in range(members))
    assert [line.text for line in read("a.txt.gz", data, size)] == [f"line {number}" for number in range(members)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_zeros_after_a_member_are_nothing(size: int) -> None:
    """Padding at the end, as tapes and blocks have it, is passed over as gzip itself does."""
    assert b"".join(gunzip(pieces(gzip.compress(b"a") + b"\0" * 20, size))) == b"a"


def damaged(data: bytes) -> dict[str, bytes]:
    whole = gzip.compress(data)
    return {
        "truncated": whole[:-9],
        "without its check": whole[:-8],
        "wrong check": whole[:-8] + b"\0" * 8,
        "corrupt": whole[: len(whole) // 2] + b"\xff" * 40 + whole[len(whole) // 2 + 40 :],
        "no gzip": data,
        "head alone": whole[:5],
        "garbage after it": whole + b"garbage",
    }


@pytest.mark.parametrize("how", damaged(b"x"))
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_damaged_gzip_is_told(how: str, size: int) -> None:
    """What can be read comes first, then the reason why there is no more; never another error."""
    data = b"".join(b"line %d\n" % number for number in range(5000))
    found = b""
    with pytest.raises(Truncated):  # noqa: PT012  # what came before counts
        for piece in gunzip(pieces(damaged(data)[how], size)):
            found += piece
    assert how == "corrupt" or data.startswith(found)


def test_an_empty_object_is_no_damage() -> None:
    """Nothing at all has no lines."""
    assert read("a.txt.gz", b"") == []


def test_a_bomb_takes_no_memory() -> None:
    """A gigabyte of zeros in a megabyte is read piece by piece."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    total = sum(map(len, gunzip(pieces(bomb, 262_144))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 200_000_000
    assert peak < 4_000_000


@given(data=st.binary(max_size=200), name=st.sampled_from(["a.txt", "a.csv", "a.jsonl"]), size=st.integers(1, 50))
def test_any_bytes_give_lines(data: bytes, name: str, size: int) -> None:
    """Whatever an object holds, reading ends without an error, and each line has a text or a reason."""
    found: list[Any] = read(name, data, size)
    assert all((line.text is None) == bool(line.error) for line in found)
    assert [line.number for line in found] == sorted(line.number for line in found)
