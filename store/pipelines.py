"""The pipelines of a database: which there are, how much each holds, and taking one away with all of its rows.

Translations stay, as they belong to engines. Left out: making one (`reviews`).
"""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from .database import Database
from .tables import CHUNK, PIPELINE, REJECT, REVIEW, TRANSLATION


class Pipeline(NamedTuple):
    """One pipeline and what it has put here."""

    pipeline: str
    model: str
    made_at: str
    reviews: int
    rejects: int


def pipelines(database: Database) -> list[Pipeline]:
    """All of them, the oldest first."""
    return database.run(_pipelines)


def translations(database: Database) -> int:
    """How many there are, of all engines."""
    return database.run(
        lambda connection: connection.execute(select(func.count()).select_from(TRANSLATION)).scalar_one()
    )


def drop(database: Database, pipeline: str) -> int:
    """Take a pipeline away, in one transaction; how many reviews went with it."""

    def work(connection: Connection) -> int:
        gone = {table: connection.execute(delete(table).where(table.c.pipeline == pipeline)).rowcount
                for table in (CHUNK, REJECT, REVIEW, PIPELINE)}  # fmt: skip
        return gone[REVIEW]

    return database.run(work)


def _pipelines(connection: Connection) -> list[Pipeline]:
    reviews, rejects = (
        select(func.count()).select_from(table).where(table.c.pipeline == PIPELINE.c.pipeline).scalar_subquery()
        for table in (REVIEW, REJECT)
    )
    query = select(PIPELINE.c.pipeline, PIPELINE.c.model, PIPELINE.c.made_at, reviews, rejects)
    return [Pipeline(*row) for row in connection.execute(query.order_by(PIPELINE.c.made_at, PIPELINE.c.pipeline))]
