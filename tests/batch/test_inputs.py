"""The sources of a file or a folder, and what is told of those left out."""

import gzip
import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from batch import inputs
from batch.errors import InputError
from batch.inputs import find
from batch.reading import read
from batch.records import Columns, Record
from tests.batch.made import PLAIN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of each kind, at two levels, with what a computer leaves between them."""
    root = tmp_path / "reviews"
    for name, content in {
        "b.csv": b"text\none\n", "a/z.jsonl": b'{"body": "two"}\n', "a/B.TXT": b"three\n", "a/c.tsv.gz": b"",
        ".DS_Store": b"x", ".git/a.csv": b"text\nx\n", "a/_SUCCESS": b"", "_old.csv": b"text\nx\n",
        "_temporary/d.csv": b"text\nx\n", "notes.md": b"x", "a/e.parquet.gz": b"x",
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "a/c.tsv.gz").write_bytes(gzip.compress(b"id\ttext\n1\tfour\n"))
    return root


def test_a_folder(folder: Path):
    """All below it, sorted; hidden names are not there; the rest is told."""
    told: list[str] = []
    found = find(str(folder), PLAIN, told.append)
    assert [(one.name, one.kind, one.compressed) for one in found] == [
        ("a/B.TXT", "lines", False), ("a/c.tsv.gz", "tsv", True), ("a/z.jsonl", "jsonl", False), ("b.csv", "csv", False)
    ]  # fmt: skip
    names = sorted(line.split(": left out")[0] for line in told)
    assert names == ["_old.csv", "a/e.parquet.gz", "notes.md"]
    assert [row.text for one in found for row in read(one, PLAIN) if isinstance(row, Record)] == [
        "three", "four", "two", "one"
    ]  # fmt: skip


def test_a_file(folder: Path):
    """Its name is what a folder would call it; its id is the hash of its bytes as they are."""
    path = folder / "a/c.tsv.gz"
    (found,) = find(str(path), PLAIN)
    content = path.read_bytes()
    assert found == ("c.tsv.gz", sha256(content).hexdigest(), "tsv", True, len(content), str(path))


def test_the_same_content_is_one_id(tmp_path: Path):
    """Whatever the name: so the rows of a copy are not counted twice."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text\nfine\n")
    found = find(str(tmp_path), PLAIN)
    assert [one.name for one in found] == ["a.csv", "b.csv"]
    assert len({one.source_id for one in found}) == 1


def test_the_id_follows_the_content(tmp_path: Path):
    """A file that changed, even to the same length, has another id within one run."""
    path = tmp_path / "a.txt"
    ids = []
    for content in ("one", "two"):
        path.write_text(content)
        os.utime(path, ns=(0, time.time_ns() + len(ids)))
        ids.append(find(str(path), PLAIN)[0].source_id)
    assert ids == [sha256(b"one").hexdigest(), sha256(b"two").hexdigest()]


def test_a_file_is_hashed_once_a_run(tmp_path: Path):
    """A second look at the same path, size and time takes what is known."""
    (tmp_path / "a.txt").write_text("one")
    find(str(tmp_path), PLAIN)
    before = inputs._sha256.cache_info()
    find(str(tmp_path), PLAIN)
    assert inputs._sha256.cache_info().misses == before.misses


@pytest.mark.parametrize(("name", "message"), [
    ("nothing", "expected a file, a folder or s3://bucket/prefix, found nothing of that name"),
    ("a.doc", "expected a name that ends in .csv"),
    ("empty", "expected files that end in .csv"),
    ("s3://", "expected s3://bucket/prefix, found no bucket"),
])  # fmt: skip
def test_nothing_to_read(tmp_path: Path, name: str, message: str):
    """The error names what was given and what can be."""
    (tmp_path / "a.doc").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        find(name if name.startswith("s3:") else str(tmp_path / name), PLAIN)
    assert name in str(caught.value)
    assert message in str(caught.value)


def test_columns_are_looked_at_before_anything_is_read(folder: Path):
    """A file among many without the columns is told by name at once, not after hours."""
    (folder / "c.csv").write_text("stars,words\n5,fine\n")
    with pytest.raises(InputError, match=r"c\.csv: expected one column of texts .*, found 'stars', 'words'"):
        find(str(folder), PLAIN)
    (folder / "c.csv").unlink()
    with pytest.raises(InputError, match=r"z\.jsonl: expected one column 'text', found only 'body'"):
        find(str(folder), Columns(text="text"))


def test_empty_files_are_told(tmp_path: Path):
    """They have no rows, which is hardly what was meant."""
    (tmp_path / "a.csv").write_bytes(b"")
    told: list[str] = []
    assert [one.size_bytes for one in find(str(tmp_path), PLAIN, told.append)] == [0]
    assert told == ["a.csv: is empty"]


def test_links_to_folders_are_told(tmp_path: Path):
    """They are not followed, as they may lead in a ring; links to files are files."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("one")
    (tmp_path / "in/ring").symlink_to(tmp_path / "in")
    (tmp_path / "in/b.txt").symlink_to(tmp_path / "in/a.txt")
    (tmp_path / "in/c.txt").symlink_to(tmp_path / "gone")
    told: list[str] = []
    assert [one.name for one in find(str(tmp_path / "in"), PLAIN, told.append)] == ["a.txt", "b.txt"]
    assert sorted(told) == ["c.txt: left out, it is no file", "ring: left out, it is a link to a folder"]


def test_names_in_any_encoding(tmp_path: Path):
    """A name that is no UTF-8 is shown so that it can be stored, and still opened."""
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    with open(path, "wb") as file:
        file.write(b"one")
    (found,) = find(str(tmp_path), PLAIN)
    assert found.name == "caf\ufffd.txt"
    assert [row.review_id for row in read(found, PLAIN) if isinstance(row, Record)] == ["caf\ufffd.txt:1"]


def test_a_file_that_changed_since(tmp_path: Path):
    """Rows of a file with another length would be stored under a hash that is not theirs."""
    (tmp_path / "a.txt").write_text("one")
    (found,) = find(str(tmp_path), PLAIN)
    (tmp_path / "a.txt").write_text("three")
    with pytest.raises(InputError, match="expected 3 bytes, as when it was found, found 5"):
        next(read(found, PLAIN))
    (tmp_path / "a.txt").unlink()
    with pytest.raises(InputError, match="no such file"):
        next(read(found, PLAIN))
