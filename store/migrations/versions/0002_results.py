"""What analysts compute: models, runs with their figures, predictions partitioned by model, truth, current labels."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SCORES = 32


def upgrade() -> None:
    """Make the tables and the view."""
    _models()
    _runs()
    _figures()
    _predictions()
    _progress()
    op.execute(_CURRENT_LABEL)


def _needed(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _models() -> None:
    op.create_table(
        "model",
        *(_needed(name) for name in ("model", "task", "labels", "content_hash", "made_at", "description")),
        _key("model", "model"),
    )


def _runs() -> None:
    op.create_table(
        "run",
        _needed("run"),
        _needed("kind"),
        _needed("task"),
        sa.Column("model", sa.Text),
        _needed("seed", sa.BigInteger),
        _needed("provenance"),
        _needed("rows", sa.BigInteger),
        _needed("seconds", sa.Double),
        _needed("bytes_moved", sa.BigInteger),
        _needed("made_at"),
        _needed("made_by"),
        _key("run", "run"),
    )
    op.create_index("ix_run_task_kind_made_at", "run", ["task", "kind", "made_at"])
    op.create_table(
        "transfer",
        _needed("run"),
        _needed("number", sa.Integer),
        _needed("engine"),
        _needed("query"),
        _needed("rows", sa.BigInteger),
        _needed("bytes_moved", sa.BigInteger),
        _needed("cached", sa.Boolean),
        _key("transfer", "run", "number"),
    )


def _figures() -> None:
    op.create_table(
        "metric",
        *(_needed(name) for name in ("run", "split", "slice", "name")),
        _needed("value", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        _needed("rows", sa.BigInteger),
        _key("metric", "run", "split", "slice", "name"),
    )
    op.create_table(
        "confusion",
        *(_needed(name) for name in ("run", "split", "truth", "predicted")),
        _needed("rows", sa.BigInteger),
        _key("confusion", "run", "split", "truth", "predicted"),
    )


def _predictions() -> None:
    op.create_table(
        "prediction",
        *(_needed(name) for name in ("model", "source", "item", "text_id")),
        sa.Column("position", sa.BigInteger),
        _needed("label"),
        _needed("score", sa.Double),
        sa.Column("reliable", sa.Boolean),
        sa.Column("known", sa.Double),
        *(sa.Column(f"score_{n}", sa.Double) for n in range(_SCORES)),
        _key("prediction", "model", "source", "item", "text_id"),
        postgresql_partition_by="LIST (model)",
    )
    op.create_table(
        "truth",
        *(_needed(name) for name in ("name", "item", "text_id", "label", "source_version", "loaded_at")),
        _key("truth", "name", "item", "text_id"),
    )


def _progress() -> None:
    op.create_table(
        "load_batch",
        *(_needed(name) for name in ("model", "source", "batch")),
        _needed("rows", sa.BigInteger),
        *(_needed(name) for name in ("source_version", "loaded_at")),
        _key("load_batch", "model", "source", "batch"),
    )
    op.create_table(
        "labelling",
        *(_needed(name) for name in ("model", "source", "task", "source_version")),
        _needed("rows", sa.BigInteger),
        _needed("finished_at"),
        _key("labelling", "model", "source"),
    )


_CURRENT_LABEL = """
CREATE VIEW current_label AS
SELECT newest.task, p.source, p.item, p.text_id, p.position, p.label, p.score, p.reliable, p.model, newest.finished_at
FROM (SELECT task, model, source, finished_at,
             row_number() OVER (PARTITION BY task, source ORDER BY finished_at DESC, model DESC) AS age
      FROM labelling) AS newest
JOIN prediction AS p ON p.model = newest.model AND p.source = newest.source
WHERE newest.age = 1
"""
