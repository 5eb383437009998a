"""Reviews, their translations, and what has been done."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _pipeline()
    _review()
    _translation()
    _progress()


def _pipeline() -> None:
    op.create_table(
        "pipeline",
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pipeline", name="pk_pipeline"),
    )


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("language_confidence", sa.Double, nullable=False),
        sa.Column("engine", sa.Text),
        sa.Column("engine_version", sa.Text),
        sa.Column("english", sa.Text),
        sa.Column("unknown_words", sa.Double),
        sa.Column("negation_lost", sa.Boolean),
        sa.Column("label", sa.Text),
        sa.Column("score", sa.Double),
        sa.Column("known", sa.Double),
        sa.Column("model", sa.Text),
        sa.Column("reliable", sa.Boolean, nullable=False),
        sa.Column("needs_review", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "text_hash", "pipeline", name="pk_review"),
    )
    op.create_index("ix_review_pipeline_language_label", "review", ["pipeline", "language", "label"])


def _translation() -> None:
    op.create_table(
        "translation",
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("engine_version", sa.Text, nullable=False),
        sa.Column("english", sa.Text, nullable=False),
        sa.Column("unknown_words", sa.Double, nullable=False),
        sa.Column("negation_lost", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "engine", "engine_version", name="pk_translation"),
    )


def _progress() -> None:
    op.create_table(
        "chunk",
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("past", sa.BigInteger, nullable=False),
        sa.Column("rows_in", sa.Integer, nullable=False),
        sa.Column("stored", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("done_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pipeline", "source_id", "first", name="pk_chunk"),
    )
    op.create_table(
        "reject",
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pipeline", "source_id", "line", name="pk_reject"),
    )
