"""The sources that a person means by a file, a folder or s3://bucket/prefix.

    .csv .tsv .tab        columns with a header          each also .gz
    .jsonl .ndjson .json  a JSON object a line           each also .gz
    .txt                  a review a line                also .gz
    .parquet .pq          Parquet

Of a folder all below it, sorted; names that begin with "." or "_" are hidden (Spark and Athena have it so).
Left out: reading them (`reading`).
"""

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import file_digest
from typing import NamedTuple

from . import reading, s3
from .errors import InputError
from .records import Columns, Source

KINDS = {
    "csv": "csv", "tsv": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl", "txt": "lines",
    "parquet": "parquet", "pq": "parquet",
}  # fmt: skip
ENDINGS = ", ".join(f".{ending}" for ending in KINDS)
_NAME_BYTES = 1000
"""With its line it is the id of a row that has none (`records.ID_BYTES`)."""

Tell = Callable[[str], None]


class _Found(NamedTuple):
    """Something of a name; `identity` gives its hash, which may take a while."""

    name: str
    path: str
    size_bytes: int
    identity: Callable[[], str]


def find(text: str, columns: Columns, tell: Tell = lambda _: None) -> list[Source]:
    """The sources, each of which has the columns; two of the same content have one id.

    `tell` takes a line about each file that is left out.

    Raises: InputError where nothing can be read, or one has no such columns; InputUnreachable.
    """
    found = list(_in_s3(text) if text.startswith(s3.SCHEME) else _in_files(text, tell))
    sources = [source for one in found if (source := _source(one, tell, alone=len(found) == 1))]
    if not sources:
        raise InputError(text, f"files that end in {ENDINGS}", f"none among {len(found)}" if found else "no files")
    for source in sources:
        if not source.size_bytes:
            tell(f"{source.name}: is empty")
        reading.check(source, columns)
    return sources


def kind_of(name: str) -> tuple[str, bool] | None:
    """The format by a name's ending, and whether it is compressed; None for another ending.

    >>> kind_of("Reviews.CSV.gz"), kind_of("a.parquet.gz"), kind_of("csv")
    (('csv', True), None, None)
    """
    lower = name.lower()
    stem, dot, ending = lower.removesuffix(".gz").rpartition(".")
    kind = KINDS.get(ending) if dot and stem else None
    is_packed = lower.endswith(".gz")
    return None if kind is None or (kind == "parquet" and is_packed) else (kind, is_packed)


def _source(one: _Found, tell: Tell, *, alone: bool) -> Source | None:
    kind = kind_of(one.name)
    if kind is None and alone:
        raise InputError(one.path, f"a name that ends in {ENDINGS}, or .gz after one of text", f"{one.name[-40:]!r}")
    if kind is None:
        tell(f"{one.name}: left out, it does not end in {ENDINGS}")
        return None
    if len(one.name.encode()) > _NAME_BYTES:
        raise InputError(one.path, f"a name of at most {_NAME_BYTES} bytes", str(len(one.name.encode())))
    return Source(one.name, one.identity(), *kind, one.size_bytes, one.path)


def _in_s3(url: str) -> Iterator[_Found]:
    for one in sorted(s3.listed(url), key=lambda one: one.name):
        if one.url == url or not _is_hidden(one.name):
            yield _Found(one.name, one.url, one.size_bytes, lambda one=one: one.identity)  # type: ignore[misc]


def _in_files(text: str, tell: Tell) -> Iterator[_Found]:
    if os.path.isdir(text):
        for path in sorted(_below(text, tell)):
            yield _file(os.path.relpath(path, text), path)
    elif os.path.isfile(text):
        yield _file(os.path.basename(text), text)
    else:
        found = "something else" if os.path.exists(text) else "nothing of that name"
        raise InputError(text or "input ''", "a file, a folder or s3://bucket/prefix", found)


def _below(folder: str, tell: Tell) -> Iterator[str]:
    for place, folders, files in os.walk(folder, onerror=_refuse):
        for name in folders:
            if os.path.islink(os.path.join(place, name)) and not _is_hidden(name):
                tell(f"{os.path.relpath(os.path.join(place, name), folder)}: left out, it is a link to a folder")
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in files:
            path = os.path.join(place, name)
            if _is_hidden(name):
                if kind_of(name) and name.startswith("_"):
                    tell(f"{os.path.relpath(path, folder)}: left out, its name begins with _")
            elif os.path.isfile(path):
                yield path
            else:
                tell(f"{os.path.relpath(path, folder)}: left out, it is no file")


def _file(name: str, path: str) -> _Found:
    about = os.stat(path)
    shown = os.fsencode(name.replace(os.sep, "/")).decode(errors="replace")
    return _Found(shown, path, about.st_size, lambda: _sha256(path, about.st_size, about.st_mtime_ns))


@lru_cache(maxsize=1 << 16)
def _sha256(path: str, _size_bytes: int, _mtime_ns: int) -> str:
    """In one pass, once a run for a file that does not change."""
    try:
        with open(path, "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(path, "a file that can be read", (error.strerror or "none").lower()) from error


def _refuse(error: OSError) -> None:
    raise InputError(str(error.filename), "a folder that can be read", (error.strerror or "none").lower()) from error


def _is_hidden(name: str) -> bool:
    """Whether any part of a path is.

    >>> _is_hidden("a/_temporary/b.csv"), _is_hidden("a/.b.csv"), _is_hidden("a_b/c.csv")
    (True, True, False)
    """
    return any(part.startswith((".", "_")) for part in name.split("/"))
