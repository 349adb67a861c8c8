"""The table of events."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, select
from sqlalchemy.dialects.sqlite import insert

from vedette.store.database import Database
from vedette.store.schema import events
from vedette.values.event import Event


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; None asks for any. `since` <= opened_at < `until`, UTC."""

    camera: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None


class EventTable:
    """See `vedette.events.protocol.EventStore`; may be used by many threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # One writer at a time is SQLite's rule; a lock here is fair, its busy handler is not.
        self._writing = threading.Lock()

    def save(self, event: Event) -> None:
        """See `EventStore`.

        Raises:
            StoreError: it is not on disk.
        """
        row = asdict(event)
        changes = {name: value for name, value in row.items() if name != "id"}
        statement = insert(events).values(row).on_conflict_do_update(index_elements=["id"], set_=changes)
        with self._writing, self._database.transaction() as connection:
            connection.execute(statement)

    def get(self, identity: str) -> Event | None:
        """The event of that id, if there is one.

        Raises:
            StoreError: the database cannot be read.
        """
        found = self._read(select(events).where(events.c.id == identity))
        return found[0] if found else None

    def list(self, wanted: EventFilter | None = None, limit: int | None = 100) -> Sequence[Event]:
        """The newest events first, at most `limit`; None for all.

        Raises:
            StoreError: the database cannot be read.
        """
        conditions = _conditions(wanted or EventFilter())
        return self._read(select(events).where(*conditions).order_by(events.c.id.desc()).limit(limit))

    def unclosed(self) -> Sequence[Event]:
        """See `EventStore`, oldest first.

        Raises:
            StoreError: the database cannot be read.
        """
        return self._read(select(events).where(events.c.closed_at.is_(None)).order_by(events.c.id))

    def _read(self, statement: Select[Any]) -> Sequence[Event]:
        with self._database.transaction() as connection:
            return [_event(row) for row in connection.execute(statement).mappings()]


def _conditions(wanted: EventFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.camera is not None:
        yield events.c.camera == wanted.camera
    if wanted.label is not None:
        yield events.c.label == wanted.label
    if wanted.since is not None:
        yield events.c.opened_at >= wanted.since
    if wanted.until is not None:
        yield events.c.opened_at < wanted.until
    if wanted.is_open is not None:
        is_open = events.c.closed_at.is_(None)
        yield is_open if wanted.is_open else ~is_open


def _event(row: RowMapping) -> Event:
    return Event(**row)
