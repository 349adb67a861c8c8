"""Clips, importance and favourites; the outbox; the database's own identity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns with defaults, and two tables; no row is rewritten."""
    op.add_column("events", sa.Column("clip", sa.String))
    op.add_column("events", sa.Column("updates", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("importance", sa.Integer, nullable=False, server_default="1"))
    op.add_column("events", sa.Column("is_favourite", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "outbox",
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("event", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("finished_at", sa.DateTime),
    )
    op.create_index("outbox_by_number", "outbox", ["number"])
    op.create_index("outbox_by_state", "outbox", ["state", "action", "number"])
    op.create_table(
        "vedette",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
