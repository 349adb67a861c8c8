"""The table of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from vedette.store.event_filter import EventFilter, conditions
from vedette.store.outbox import insert_entries
from vedette.store.protocol import Transactions
from vedette.store.rows import event_of, event_row
from vedette.store.schema import event_evidence, events
from vedette.store.tallies import Count, Facets, counts, facets
from vedette.store.upsert import insert_evidence, upsert_event
from vedette.values.event import Event, Review
from vedette.values.evidence import Evidence
from vedette.values.outbox import OutboxEntry

CHUNK = 500
"""Rows or ids a statement."""


class EventTable:
    """See `vedette.events.protocol.EventStore`; may be used by many threads at once.

    Every member raises StoreError when the database does not serve.
    """

    def __init__(self, database: Transactions) -> None:
        self._database = database

    def record(self, event: Event, entries: Sequence[OutboxEntry] = ()) -> None:
        """See `EventStore`. What somebody else set meanwhile stays: see `upsert_event`.

        Raises:
            StoreError: neither event nor entries are on disk.
        """
        with self._database.writing() as connection:
            upsert_event(connection, event_row(event))
            insert_entries(connection, entries)

    def get(self, identity: str) -> Event | None:
        """The event of that id, if there is one."""
        found = self._read(select(events).where(events.c.id == identity))
        return found[0] if found else None

    def list(
        self, wanted: EventFilter | None = None, limit: int | None = 100, before: str | None = None
    ) -> Sequence[Event]:
        """The newest events first, at most `limit`; None for all.

        `before` is the last id of the page before: pages stay whole while events are added.
        """
        asked = list(conditions(wanted or EventFilter()))
        if before is not None:
            asked.append(events.c.id < before)
        return self._read(select(events).where(*asked).order_by(events.c.id.desc()).limit(limit))

    def every(self, wanted: EventFilter | None = None) -> Iterator[Event]:
        """All events, newest first, read in pages as they are asked for."""
        page = self.list(wanted, CHUNK)
        while page:
            yield from page
            page = self.list(wanted, CHUNK, before=page[-1].id) if len(page) == CHUNK else ()

    def count(self, wanted: EventFilter | None = None) -> int:
        """How many there are."""
        asked = conditions(wanted or EventFilter())
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(events).where(*asked)).scalar_one()

    def counts(
        self, wanted: EventFilter, origin: datetime, bucket_seconds: int, by: Literal["camera", "label"]
    ) -> Sequence[Count]:
        """See `tallies.counts`."""
        with self._database.reading() as connection:
            return counts(connection, wanted, origin, bucket_seconds, by)

    def facets(self) -> Facets:
        """See `tallies.facets`."""
        with self._database.reading() as connection:
            return facets(connection)

    def neighbours(self, identity: str, wanted: EventFilter | None = None) -> tuple[str | None, str | None]:
        """The ids of the next newer and the next older event of those that are asked for."""
        asked = list(conditions(wanted or EventFilter()))
        newer = select(events.c.id).where(*asked, events.c.id > identity).order_by(events.c.id)
        older = select(events.c.id).where(*asked, events.c.id < identity).order_by(events.c.id.desc())
        with self._database.reading() as connection:
            found = [connection.execute(each.limit(1)).scalar() for each in (newer, older)]
        return found[0], found[1]

    def evidence(self, identity: str) -> Evidence | None:
        """How the event's decision came about; None if that was not kept (yet)."""
        statement = select(event_evidence.c.series).where(event_evidence.c.id == identity)
        with self._database.reading() as connection:
            series = connection.execute(statement).scalar()
        if series is None:
            return None
        columns = {name: tuple(series[name]) for name in ("seconds", "evidence", "confidence")}
        return Evidence(enter_at=series["enter_at"], leave_at=series["leave_at"], **columns)

    def keep_evidence(self, identity: str, evidence: Evidence) -> bool:
        """Keep it with the event, and for as long; false if there is no such event."""
        is_there = select(events.c.id).where(events.c.id == identity)
        with self._database.writing() as connection:
            if connection.execute(is_there).scalar() is None:
                return False
            insert_evidence(connection, [{"id": identity, "series": asdict(evidence)}])
        return True

    def unclosed(self) -> Sequence[Event]:
        """See `EventStore`, oldest first."""
        return self._read(select(events).where(events.c.closed_at.is_(None)).order_by(events.c.id))

    def expendable(self, limit: int, opened_before: datetime | None = None) -> Sequence[Event]:
        """What is given up first: closed, no favourite; the least important first, of these the oldest."""
        asked: list[ColumnElement[bool]] = [
            events.c.closed_at.is_not(None),
            events.c.is_favourite.is_(False),
        ]
        if opened_before is not None:
            asked.append(events.c.opened_at < opened_before)
        order = (events.c.importance, events.c.id)
        return self._read(select(events).where(*asked).order_by(*order).limit(limit))

    def known(self, identities: Iterable[str]) -> set[str]:
        """Which of these ids have a row."""
        remaining, found = iter(identities), set[str]()
        with self._database.reading() as connection:
            while chunk := list(islice(remaining, CHUNK)):
                found.update(connection.execute(select(events.c.id).where(events.c.id.in_(chunk))).scalars())
        return found

    def delete(self, identity: str) -> bool:
        """Forget an event; false if there is none. Its outbox entries stay: they hold what they tell."""
        with self._database.writing() as connection:
            return connection.execute(delete(events).where(events.c.id == identity)).rowcount > 0

    def set_favourite(self, identity: str, is_favourite: bool) -> bool:
        """Keep it whatever its age, or no longer; false if there is no such event."""
        return self._set(identity, is_favourite=is_favourite)

    def set_review(self, identity: str, review: Review | None) -> bool:
        """What a person said of it, or nothing any more; false if there is no such event."""
        return self._set(identity, review=None if review is None else review.value)

    def set_clip(self, identity: str, path: str | None) -> bool:
        """Where its video lies below the storage folder; false if there is no such event."""
        return self._set(identity, clip=path)

    def set_snapshot(self, identity: str, path: str | None) -> bool:
        """Where its picture lies below the storage folder; false if there is no such event."""
        return self._set(identity, snapshot=path)

    def _set(self, identity: str, **values: Any) -> bool:
        with self._database.writing() as connection:
            statement = update(events).where(events.c.id == identity).values(values)
            return connection.execute(statement).rowcount > 0

    def _read(self, statement: Select[Any]) -> Sequence[Event]:
        with self._database.reading() as connection:
            return [event_of(row) for row in connection.execute(statement).mappings()]
