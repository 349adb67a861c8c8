"""The tables as SQLAlchemy's Core describes them; the migrations lead to the same ones (a test compares)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
bookkeeping = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no zone, so it is taken off and put back."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database: UTC without a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """From the database: UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def _sorted_by_bytes(length: int | None = None) -> String:
    """Text that PostgreSQL compares as SQLite does: a page's cursor must mean the same in both."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


events = Table(
    "events",
    metadata,
    Column("id", _sorted_by_bytes(40), primary_key=True),
    Column("camera", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("label", String, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("close_reason", String),
    Column("score", Float, nullable=False),
    Column("snapshot", String),
    Column("measures", JSON, nullable=False),
    Column("clip", String),
    Column("updates", Integer, nullable=False, server_default="0"),
    Column("importance", Integer, nullable=False, server_default="1"),
    Column("is_favourite", Boolean, nullable=False, server_default=false()),
    Column("review", String(8)),
    Index("events_by_camera", "camera", "id"),
    # What is counted over time is read from here alone.
    Index("events_by_time", "opened_at", "camera", "rule", "label"),
)
_still_open = events.c.closed_at.is_(None)
Index("events_still_open", events.c.id, sqlite_where=_still_open, postgresql_where=_still_open)

event_evidence = Table(
    "event_evidence",
    metadata,
    # Goes with its event, whoever deletes that.
    Column("id", _sorted_by_bytes(40), ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("series", JSON, nullable=False),
)
"""How an event's decision came about over time; apart, so that lists do not read it."""

outbox = Table(
    "outbox",
    metadata,
    Column("key", _sorted_by_bytes(), primary_key=True),
    # The order in which entries were made, whatever the clock did meanwhile.
    Column("number", Integer, nullable=False),
    Column("action", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("event", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("last_error", Text),
    Column("finished_at", UtcDateTime),
    Index("outbox_by_number", "number"),
    Index("outbox_by_state", "state", "action", "number"),
)

vedette = Table(
    "vedette",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
)
"""One row: which database this is, and since when it knows what happened."""

alembic_version = Table(
    "alembic_version", bookkeeping, Column("version_num", String(32), primary_key=True, nullable=False)
)
"""Alembic's own table, so that a new database is stamped without importing Alembic."""
