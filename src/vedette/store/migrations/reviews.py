"""What a person said of an event; how its decision came about; an index for counts over time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a column, a table and an index; no row is rewritten."""
    op.add_column("events", sa.Column("review", sa.String(8)))
    op.create_index("events_by_time", "events", ["opened_at", "camera", "rule", "label"])
    op.create_table(
        "event_evidence",
        sa.Column(
            "id",
            sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"),
            sa.ForeignKey("events.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("series", sa.JSON, nullable=False),
    )
