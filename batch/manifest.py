"""A plan as one JSON document: the sources, who does which rows of them, and the code that does it.

A worker takes the shard of its place in `shards`; shards keep their numbers when only some are planned again.
Left out: how rows are counted and split (`shards`), and where the document lies (`planning`).
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from .errors import ManifestError
from .records import Source

VERSION = 1
MOST_SHARDS = 10_000
"""The size of an array job: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html."""


class Planned(NamedTuple):
    """A source as shards read it; `duplicate_of` is the index of an equal one, whose rows count.

    `source_id` tells the object in S3, `sha256` the content where it was a file of the planning machine.
    """

    name: str
    source_id: str
    kind: str
    compressed: bool
    size_bytes: int
    path: str
    rows: int
    duplicate_of: int | None = None
    sha256: str | None = None

    @property
    def source(self) -> Source:
        """As a reader takes it."""
        return Source(self.name, self.source_id, self.kind, self.compressed, self.size_bytes, self.path)


class Piece(NamedTuple):
    """Rows `first` to before `past` of a source, and the line where they begin.

    Where the format allows to begin at once, `first_byte` to before `past_byte` are the bytes that hold them.
    """

    source: int
    first: int
    past: int
    line: int = 1
    first_byte: int | None = None
    past_byte: int | None = None

    @property
    def rows(self) -> int:
        return self.past - self.first


class Shard(NamedTuple):
    """What one child of the array job does."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.pieces)


class Code(NamedTuple):
    """The archive of what runs."""

    url: str
    sha256: str
    size_bytes: int


class Manifest(NamedTuple):
    """All of a plan; `options` are those of the run, the same for every shard."""

    plan: str
    made_at: str
    code: Code
    options: dict[str, Any]
    sources: tuple[Planned, ...]
    shards: tuple[Shard, ...]

    @property
    def rows(self) -> int:
        return sum(shard.rows for shard in self.shards)

    def only(self, numbers: Iterable[int]) -> "Manifest":
        """The same plan with some of its shards, for an array job of their own."""
        wanted = set(numbers)
        return self._replace(shards=tuple(shard for shard in self.shards if shard.number in wanted))


def to_json(manifest: Manifest) -> bytes:
    """The document, a line for each source and shard so that a person can read it."""
    head = {"version": VERSION, "plan": manifest.plan, "made_at": manifest.made_at, "rows": manifest.rows}
    head |= {"code": manifest.code._asdict(), "options": manifest.options}
    shards = [{"number": s.number, "pieces": [_short(piece) for piece in s.pieces]} for s in manifest.shards]
    lists = {"sources": [_short(source) for source in manifest.sources], "shards": shards}
    body = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    body += [f"  {json.dumps(name)}: {_lines(values)}" for name, values in lists.items()]
    return ("{\n" + ",\n".join(body) + "\n}\n").encode()


def digest(document: bytes) -> str:
    return sha256(document).hexdigest()


def from_json(document: bytes, where: str) -> Manifest:
    """The plan, held against its own counts.

    Raises: ManifestError, naming `where`.
    """
    try:
        known = json.loads(document)
        version = known["version"]
    except (ValueError, KeyError, TypeError):
        raise ManifestError(where, "it is no manifest of a plan") from None
    if version != VERSION:
        raise ManifestError(where, f"it has version {version!r}, this code knows {VERSION}")
    try:
        manifest = _built(known)
        _check(manifest, int(known["rows"]), where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ManifestError(where, f"a field is missing or wrong: {error}") from None
    return manifest


def _built(known: dict[str, Any]) -> Manifest:
    shards = (Shard(int(s["number"]), tuple(Piece(**piece) for piece in s["pieces"])) for s in known["shards"])
    sources = tuple(Planned(**source) for source in known["sources"])
    return Manifest(
        str(known["plan"]), str(known["made_at"]), Code(**known["code"]), dict(known["options"]), sources, tuple(shards)
    )


def _check(manifest: Manifest, rows: int, where: str) -> None:
    if manifest.rows != rows:
        raise ManifestError(where, f"its shards hold {manifest.rows} rows, it says {rows}")
    if len(manifest.shards) > MOST_SHARDS:
        raise ManifestError(where, f"it has {len(manifest.shards)} shards, an array job at most {MOST_SHARDS}")
    numbers = [shard.number for shard in manifest.shards]
    if numbers != sorted(set(numbers)):
        raise ManifestError(where, "its shards are not in order")
    done: dict[int, int] = {}
    for piece in (piece for shard in manifest.shards for piece in shard.pieces):
        if not 0 <= piece.source < len(manifest.sources):
            raise ManifestError(where, f"there is no source {piece.source}")
        if not done.get(piece.source, 0) <= piece.first < piece.past <= manifest.sources[piece.source].rows:
            raise ManifestError(where, f"rows {piece.first} to {piece.past} of source {piece.source} do not fit")
        done[piece.source] = piece.past


def _short(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if value is not None}


def _lines(values: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(f"    {json.dumps(value, ensure_ascii=False)}" for value in values) + "\n  ]"
