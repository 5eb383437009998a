"""Which reader reads a file: told by the end of its name.

    .csv .tsv .tab .txt   separated values with a header     each also .gz
    .jsonl .ndjson        a JSON object a line               each also .gz
    .parquet .pq          Parquet

Left out: the readers themselves.
"""

from hashlib import sha256
from typing import NamedTuple

from ..errors import DataError
from . import json_lines, parquet, separated
from .raw import check_encoding, decode, read_bytes, unpacked
from .record import Records

TEXTS = {
    **dict.fromkeys(("csv", "tsv", "tab", "txt"), separated.read),
    **dict.fromkeys(("jsonl", "ndjson"), json_lines.read),
}
OTHERS = {"parquet": parquet.read, "pq": parquet.read}


class Content(NamedTuple):
    """A file's records, and the file."""

    records: Records
    sha256: str
    encoding: str


def read(path: str, text: str, label: str, encoding: str) -> Content:
    """The records of the columns named `text` and `label`.

    Raises: DataError, naming file, place, column and both values; RequestError for an unknown `encoding`.
    """
    known = check_encoding(encoding)
    *stem, ending = path.lower().removesuffix(".gz").split(".")
    packed = path.lower().endswith(".gz")
    if not stem or ending not in ({*TEXTS} if packed else {*TEXTS, *OTHERS}):
        names = ", ".join(f".{name}" for name in (*TEXTS, *OTHERS))
        expected = f"a name that ends with {names}, or .gz after one of the first {len(TEXTS)}"
        raise DataError(path, None, expected, repr(path[-20:]))
    raw = read_bytes(path)
    digest = sha256(raw).hexdigest()
    if ending in OTHERS:
        return Content(OTHERS[ending](path, raw, text, label), digest, "binary")
    content = decode(path, unpacked(path, raw) if packed else raw, known)
    return Content(TEXTS[ending](path, content, text, label), digest, known.upper())
