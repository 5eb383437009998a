"""Labelled lines: those of the repository, and any file of their form."""

from collections import Counter
from pathlib import Path

import pytest

from batch.errors import InputError
from batch.quality.lines import Line, read


def test_the_lines_of_the_repository():
    """Thirty each in seven languages, ten of each label, no text twice, all with a reference."""
    lines = read()
    counts = Counter((line.language, line.label) for line in lines)
    expected = {(code, label): 10 for code in ("es", "fr", "pt", "it", "ca", "de", "en")
                for label in ("negative", "neutral", "positive")}  # fmt: skip
    assert counts == expected
    assert len({line.text for line in lines}) == len(lines)
    assert all(line.english for line in lines)


def test_a_file_without_references(tmp_path: Path):
    """CSV with quotes, a byte-order mark, columns in any order."""
    file = tmp_path / "a.csv"
    file.write_text('\ufefflabel,text,language\nbad,"a ""b"", c",ES\n', encoding="utf-8")
    assert read(file) == [Line("es", "bad", 'a "b", c', None)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"language,text\nes,a\n", "found no label"),
        (b"language,label,text\nes,,a\n", "line 2: expected a value of label"),
        (b"language,label,text\n", "expected labelled lines, found none"),
        (b"language,label,text\nes,x,\xff\n", "expected UTF-8"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, message: str):
    """The error names the place."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(file)


def test_no_file(tmp_path: Path):
    """It is said which."""
    with pytest.raises(InputError, match=r"none\.tsv"):
        read(tmp_path / "none.tsv")
