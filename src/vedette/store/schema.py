"""The tables as SQLAlchemy's Core describes them; a later migration compares itself with these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, Float, Index, MetaData, String, Table
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


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


events = Table(
    "events",
    metadata,
    Column("id", String(40), primary_key=True),
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
    Index("events_by_camera", "camera", "id"),
)
Index("events_still_open", events.c.id, sqlite_where=events.c.closed_at.is_(None))
