"""The tables of the first release: events, and nothing else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of events."""
    op.create_table(
        "events",
        sa.Column(
            "id", sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"), primary_key=True
        ),
        sa.Column("camera", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("close_reason", sa.String),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("snapshot", sa.String),
        sa.Column("measures", sa.JSON, nullable=False),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index("events_by_camera", "events", ["camera", "id"])
    op.create_index(
        "events_still_open", "events", ["id"], sqlite_where=still_open, postgresql_where=still_open
    )
