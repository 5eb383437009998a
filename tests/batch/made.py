"""Sources made by a test, and what is read of them."""

import gzip
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from batch.inputs import kind_of
from batch.reading import offsets, read
from batch.records import Bad, Columns, Record, Source

PLAIN = Columns()


def source(path: Path) -> Source:
    """The source that a file is."""
    kind = kind_of(path.name)
    assert kind
    content = path.read_bytes()
    return Source(path.name, sha256(content).hexdigest(), *kind, len(content), str(path))


def made(path: Path, content: bytes) -> Source:
    """A source of this content, packed where its name says so."""
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return source(path)


def rows(found: Source, columns: Columns = PLAIN) -> list[Record | Bad]:
    """All rows, after a look that they are one for each number, in order, and the same from any place on."""
    whole = list(read(found, columns))
    assert [row.number for row in whole] == list(range(len(whole)))
    lines = [row.line for row in whole]
    assert lines == sorted(set(lines))
    every = max(1, len(whole) // 3)
    places = list(offsets(found, every))
    assert places[-1].number == len(whole)
    for here, there in pairwise(places):
        part = whole[here.number : there.number]
        assert list(read(found, columns, here.number, there.number)) == part
        assert list(read(found, columns, here.number, there.number, here)) == part
    return whole


def texts(found: Source, columns: Columns = PLAIN) -> list[str]:
    """The texts, or in place of one the reason why there is none."""
    return [row.text if isinstance(row, Record) else f"({row.line}: {row.reason})" for row in rows(found, columns)]
