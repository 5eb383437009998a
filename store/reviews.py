"""Reviews in the database: what is done, what a chunk adds, and what there is in all.

A chunk's rows, its rejected rows, its translations and its marker are one transaction: after any crash a chunk is
wholly there or not at all, and doing it again changes nothing. Left out: where rows come from and what is made of them.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Insert, Integer, case, cast, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from .bulk import upsert
from .database import Database
from .errors import StoreError
from .tables import CHUNK, PIPELINE, REJECT, REVIEW, TRANSLATION

_STREAMED = {"yield_per": 1000}
"""Rows that are held at a time."""
_ASKED = 500
"""Keys in one question: SQLite takes 32,766 values at most."""


class Review(NamedTuple):
    """One row, named as the columns of `tables.REVIEW` are."""

    review_id: str
    text_hash: str
    pipeline: str
    source: str
    line: int
    text: str
    language: str | None
    language_confidence: float
    engine: str | None
    engine_version: str | None
    english: str | None
    unknown_words: float | None
    negation_lost: bool | None
    label: str | None
    score: float | None
    known: float | None
    model: str | None
    reliable: bool
    needs_review: bool
    reasons: str


class Translation(NamedTuple):
    """What an engine made of a text, as in `tables.TRANSLATION`."""

    text_hash: str
    engine: str
    engine_version: str
    english: str
    unknown_words: float
    negation_lost: bool


class Reject(NamedTuple):
    """A row that could not be read."""

    line: int
    reason: str


class Chunk(NamedTuple):
    """A piece of an input: the rows of a file from number `first` to before `past`."""

    source_id: str
    source: str
    first: int
    past: int


class Marker(NamedTuple):
    """A chunk that is done: where it lies in its input, and what became of its rows."""

    first: int
    past: int
    stored: int
    rejected: int


class Counts(NamedTuple):
    """A pipeline's rows: read, stored, rejected, and how many stored ones are not the same review again."""

    rows_in: int
    stored: int
    rejected: int
    distinct: int


class Rejected(NamedTuple):
    """How many rows were rejected for one reason, and where the first of them is."""

    rows: int
    source: str
    line: int


class Group(NamedTuple):
    """The reviews of one language and label."""

    language: str | None
    label: str | None
    reviews: int
    reliable: int
    needs_review: int


class Reviews:
    """All that one pipeline has to do with a database."""

    def __init__(self, database: Database, pipeline: str) -> None:
        self._database = database
        self._pipeline = pipeline

    def register(self, model: str, description: str) -> None:
        """Note what this pipeline is; the first time counts."""
        row = {"pipeline": self._pipeline, "model": model, "made_at": _now(), "description": description}
        self._database.run(lambda connection: upsert(connection, PIPELINE, [row], replace=False))

    def done(self, source_id: str) -> dict[int, int]:
        """First to past of each chunk of an input that is there already."""
        query = select(CHUNK.c.first, CHUNK.c.past).where(
            CHUNK.c.pipeline == self._pipeline, CHUNK.c.source_id == source_id
        )
        return self._database.run(lambda connection: {row.first: row.past for row in connection.execute(query)})

    def markers(self, source_id: str) -> list[Marker]:
        """The chunks of an input that are there, in its order."""
        query = select(*(CHUNK.c[name] for name in Marker._fields)).order_by(CHUNK.c.first)
        query = query.where(CHUNK.c.pipeline == self._pipeline, CHUNK.c.source_id == source_id)
        return [Marker(*row) for row in self._database.run(lambda connection: connection.execute(query).all())]

    def translations(self, wanted: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], Translation]:
        """What is known already of (text_hash, engine, engine_version)."""
        return self._database.run(lambda connection: _translations(connection, wanted))

    def save(
        self, chunk: Chunk, rows: Sequence[Review], rejects: Sequence[Reject], translations: Iterable[Translation] = ()
    ) -> None:
        """Write a chunk, wholly or not at all.

        Raises: StoreError where rows and rejects are not all of the chunk; UnreachableError; FullError.
        """
        if len(rows) + len(rejects) != chunk.past - chunk.first:
            found = f"{len(rows)} rows and {len(rejects)} rejects"
            raise StoreError(f"{chunk.source}: {chunk.past - chunk.first} rows were read, {found} are to be stored")
        made = [t._asdict() for t in translations]
        self._database.run(lambda connection: self._save(connection, chunk, rows, rejects, made))

    def _save(
        self,
        connection: Connection,
        chunk: Chunk,
        rows: Sequence[Review],
        rejects: Sequence[Reject],
        translations: Sequence[dict[str, object]],
    ) -> None:
        marker = {
            "pipeline": self._pipeline, "source_id": chunk.source_id, "first": chunk.first, "past": chunk.past,
            "rows_in": chunk.past - chunk.first, "stored": len(rows), "rejected": len(rejects), "done_at": _now(),
        }  # fmt: skip
        if not connection.execute(_claim(connection, marker)).rowcount:
            return  # another process did the same chunk in the meantime
        upsert(connection, REVIEW, [row._asdict() for row in rows], replace=False)
        bad = [
            {"pipeline": self._pipeline, "source_id": chunk.source_id, "source": chunk.source, **reject._asdict()}
            for reject in rejects
        ]
        upsert(connection, REJECT, bad)
        upsert(connection, TRANSLATION, translations, replace=False)

    def counts(self) -> Counts:
        """Of all chunks so far."""
        return self._database.run(self._counts)

    def _counts(self, connection: Connection) -> Counts:
        sums = [func.coalesce(func.sum(CHUNK.c[name]), 0) for name in ("rows_in", "stored", "rejected")]
        rows_in, stored, rejected = connection.execute(select(*sums).where(CHUNK.c.pipeline == self._pipeline)).one()
        count = select(func.count()).select_from(REVIEW).where(REVIEW.c.pipeline == self._pipeline)
        return Counts(rows_in, stored, rejected, connection.execute(count).scalar_one())

    def groups(self) -> list[Group]:
        """By language and label, the largest first."""
        return self._database.run(self._groups)

    def _groups(self, connection: Connection) -> list[Group]:
        by = (REVIEW.c.language, REVIEW.c.label)
        sums = [func.sum(case((REVIEW.c[name], 1), else_=0)) for name in ("reliable", "needs_review")]
        query = select(*by, func.count().label("n"), *(cast(s, Integer) for s in sums))
        query = query.where(REVIEW.c.pipeline == self._pipeline).group_by(*by).order_by(func.count().desc(), *by)
        return [Group(*row) for row in connection.execute(query)]

    def reasons(self) -> dict[str, int]:
        """How many reviews each set of reasons for doubt has, as it is stored."""
        query = select(REVIEW.c.reasons, func.count()).where(REVIEW.c.pipeline == self._pipeline)
        query = query.where(REVIEW.c.needs_review).group_by(REVIEW.c.reasons)
        rows = self._database.run(lambda connection: connection.execute(query).all())
        return dict(sorted(rows, key=lambda row: (-row[1], row[0])))

    def rejects(self, name: Callable[[str], str] = str) -> dict[str, Rejected]:
        """By reason, the most frequent first; `name` gives reasons that belong together one name.

        Millions of rows may each have a reason of their own, so they are never held at once.
        """
        found = self._database.run(lambda connection: self._rejects(connection, name))
        return dict(sorted(found.items(), key=lambda entry: (-entry[1].rows, entry[0])))

    def _rejects(self, connection: Connection, name: Callable[[str], str]) -> dict[str, Rejected]:
        by = (REJECT.c.reason, REJECT.c.source)
        query = select(*by, func.min(REJECT.c.line), func.count()).where(REJECT.c.pipeline == self._pipeline)
        found: dict[str, Rejected] = {}
        for reason, source, line, rows in connection.execute(query.group_by(*by), execution_options=_STREAMED):
            one = found.setdefault(name(reason), Rejected(0, source, line))
            found[name(reason)] = Rejected(one.rows + rows, *min(one[1:], (source, line)))
        return found


def _translations(
    connection: Connection, wanted: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Translation]:
    key = tuple_(TRANSLATION.c.text_hash, TRANSLATION.c.engine, TRANSLATION.c.engine_version)
    found: dict[tuple[str, str, str], Translation] = {}
    for start in range(0, len(wanted), _ASKED):
        query = select(TRANSLATION).where(key.in_(wanted[start : start + _ASKED]))
        made = [Translation(*row) for row in connection.execute(query)]
        found |= {one[:3]: one for one in made}
    return found


def _claim(connection: Connection, marker: dict[str, object]) -> Insert:
    """The marker first: a second process that does the same chunk waits here, and then finds it done."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(CHUNK).values(marker).on_conflict_do_nothing()
    return sqlite.insert(CHUNK).values(marker).on_conflict_do_nothing()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
