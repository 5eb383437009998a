"""The tables of reviews, as SQLAlchemy Core knows them; migrations/ makes them, a test holds the two equal.

    pipeline       a version of everything that decides a row: engines, their versions, the model
    review         a row for each review and pipeline: what it says in English, its tone, and whether to trust it
    translation    what an engine made of a text, so that nobody pays for it twice
    chunk          a piece of an input that is done; written with its rows in one transaction
    reject         a row of an input that could not be read: where, and why

Left out: how rows are written (`bulk`), what a pipeline does (the rooms that use this one).
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"})


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, nullable=False)


def _needed(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


PIPELINE = Table(
    "pipeline", METADATA,
    _key("pipeline"),
    _needed("model"),
    _needed("made_at"),      # UTC, ISO 8601
    _needed("description"),  # JSON: each part and its version
)  # fmt: skip

REVIEW = Table(
    "review", METADATA,
    _key("review_id"),
    _key("text_hash"),       # SHA-256 of the normalised text, 32 hexadecimal digits
    _key("pipeline"),
    _needed("source"),       # the file's name
    _needed("line", BigInteger),
    _needed("text"),
    Column("language", Text),             # ISO 639-1; null where nothing is sure enough
    _needed("language_confidence", Double),
    Column("engine", Text),               # null where no engine knows the language
    Column("engine_version", Text),
    Column("english", Text),
    Column("unknown_words", Double),      # the share that the engine did not know
    Column("negation_lost", Boolean),     # a negation of the text has none in English
    Column("label", Text),                # null where there is no English
    Column("score", Double),
    Column("known", Double),              # the share of English words that the model knows
    Column("model", Text),
    _needed("reliable", Boolean),
    _needed("needs_review", Boolean),
    _needed("reasons"),                   # codes with blanks between, "" where nothing is doubtful
    Index(None, "pipeline", "language", "label"),
)  # fmt: skip

TRANSLATION = Table(
    "translation", METADATA,
    _key("text_hash"),
    _key("engine"),          # with its languages, as apertium:es-en
    _key("engine_version"),
    _needed("english"),
    _needed("unknown_words", Double),
    _needed("negation_lost", Boolean),
)  # fmt: skip

CHUNK = Table(
    "chunk", METADATA,
    _key("pipeline"),
    _key("source_id"),       # SHA-256 of the file's content, or its ETag
    _key("first", BigInteger),
    _needed("past", BigInteger),
    _needed("rows_in", Integer),
    _needed("stored", Integer),
    _needed("rejected", Integer),
    _needed("done_at"),
)  # fmt: skip

REJECT = Table(
    "reject", METADATA,
    _key("pipeline"),
    _key("source_id"),
    _key("line", BigInteger),
    _needed("source"),
    _needed("reason"),
)  # fmt: skip
