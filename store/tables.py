"""The tables, as SQLAlchemy Core knows them; migrations/ makes them, a test holds the two equal.

Reviews (0001):

    pipeline       a version of everything that decides a row: engines, their versions, the model
    review         a row for each review and pipeline: what it says in English, its tone, and whether to trust it
    translation    what an engine made of a text, so that nobody pays for it twice
    chunk          a piece of an input that is done; written with its rows in one transaction
    reject         a row of an input that could not be read: where, and why

The analysts' workbench (0002):

    model          a version of a classifier: its labels in their order, and the hash of its weights
    run            something that was computed: from which data, by which seed, how long, with how many bytes moved
    metric         a figure of a run, by split and slice
    confusion      how often a run took one label for another
    transfer       a query of a run, and the bytes that it moved
    prediction     a label and its scores for a text (or an item, where `text_id` is ""); by model a partition
    load_batch     a batch of predictions that is there; written with its rows in one transaction
    labelling      a source that a model has labelled as a whole; the newest of a task gives the current labels
    truth          what somebody knows to be right, in named sets
    current_label  a view: each text's label by the newest finished labelling of its task and source

Left out: how rows are written (`bulk`, `predictions`), what they mean (the rooms that use this one).
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
    column,
    table,
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

MODEL = Table(
    "model", METADATA,
    _key("model"),
    _needed("task"),
    _needed("labels"),        # JSON: a list in the order of the score columns
    _needed("content_hash"),  # of weights and vocabulary, so that a name means one thing
    _needed("made_at"),
    _needed("description"),   # JSON
)  # fmt: skip

RUN = Table(
    "run", METADATA,
    _key("run"),              # SHA-256 of all that decides the result, 16 hexadecimal digits
    _needed("kind"),          # train, validate, label, cross-validate ...
    _needed("task"),
    Column("model", Text),
    _needed("seed", BigInteger),
    _needed("provenance"),    # JSON: parameters, queries, versions of the data
    _needed("rows", BigInteger),
    _needed("seconds", Double),
    _needed("bytes_moved", BigInteger),
    _needed("made_at"),
    _needed("made_by"),       # "" where nobody is told
    Index(None, "task", "kind", "made_at"),
)  # fmt: skip

METRIC = Table(
    "metric", METADATA,
    _key("run"),
    _key("split"),            # test, fold-0, all ...
    _key("slice"),            # "" for the whole split, else what it is cut to: label=happy
    _key("name"),
    _needed("value", Double),
    Column("low", Double),    # of an interval, where there is one
    Column("high", Double),
    _needed("rows", BigInteger),  # that it was measured on
)  # fmt: skip

CONFUSION = Table(
    "confusion", METADATA,
    _key("run"),
    _key("split"),
    _key("truth"),
    _key("predicted"),
    _needed("rows", BigInteger),
)  # fmt: skip

TRANSFER = Table(
    "transfer", METADATA,
    _key("run"),
    _key("number", Integer),
    _needed("engine"),
    _needed("query"),
    _needed("rows", BigInteger),
    _needed("bytes_moved", BigInteger),
    _needed("cached", Boolean),
)  # fmt: skip

SCORES = 32
"""Labels whose scores have a column; `score_0` belongs to the first of `model.labels`."""

PREDICTION = Table(
    "prediction", METADATA,
    _key("model"),
    _key("source"),
    _key("item"),             # what texts belong together: a play, a film, a customer
    _key("text_id"),          # unique in its item; "" where the label is the item's
    Column("position", BigInteger),  # of the text in its item, from 0
    _needed("label"),
    _needed("score", Double),
    Column("reliable", Boolean),
    Column("known", Double),  # the share of words that the model knows
    *(Column(f"score_{n}", Double) for n in range(SCORES)),
    postgresql_partition_by="LIST (model)",
)  # fmt: skip

LOAD_BATCH = Table(
    "load_batch", METADATA,
    _key("model"),
    _key("source"),
    _key("batch"),            # a hash of the content, or an ETag with its range
    _needed("rows", BigInteger),
    _needed("source_version"),
    _needed("loaded_at"),
)  # fmt: skip

LABELLING = Table(
    "labelling", METADATA,
    _key("model"),
    _key("source"),
    _needed("task"),
    _needed("source_version"),
    _needed("rows", BigInteger),
    _needed("finished_at"),
)  # fmt: skip

TRUTH = Table(
    "truth", METADATA,
    _key("name"),             # of the set
    _key("item"),
    _key("text_id"),          # "" where the label is the item's
    _needed("label"),
    _needed("source_version"),
    _needed("loaded_at"),
)  # fmt: skip

_NEWEST = ("task", "source", "item", "text_id", "position", "label", "score", "reliable", "model", "finished_at")
CURRENT_LABEL = table("current_label", *(column(name) for name in _NEWEST))
