"""Events and outbox entries as rows, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from vedette.values.event import Event, Importance, Phase, Review
from vedette.values.outbox import OutboxEntry, OutboxState

_TIMES = ("opened_at", "updated_at", "closed_at")
_EVENT_FIELDS = tuple(field.name for field in fields(Event))
_ENTRY_FIELDS = tuple(field.name for field in fields(OutboxEntry))


def event_row(event: Event) -> dict[str, Any]:
    """The columns of the table of events."""
    # dataclasses.asdict copies every value; that took longer than all of SQLAlchemy.
    row = {name: getattr(event, name) for name in _EVENT_FIELDS}
    row["importance"] = int(event.importance)
    row["review"] = None if event.review is None else event.review.value
    return row


def event_of(row: RowMapping) -> Event:
    """The event of a row."""
    return _event(dict(row))


def event_json(event: Event) -> dict[str, Any]:
    """The event ready for JSON; times in ISO 8601."""
    row = event_row(event)
    return row | {name: None if row[name] is None else row[name].isoformat() for name in _TIMES}


def event_from_json(value: dict[str, Any]) -> Event:
    """What `event_json` gave, as an event again."""
    times = {name: None if value[name] is None else datetime.fromisoformat(value[name]) for name in _TIMES}
    return _event({**value, **times})


def _event(values: dict[str, Any]) -> Event:
    """What an older Vedette wrote down has no review."""
    review = values.get("review")
    return Event(
        **{
            **values,
            "importance": Importance(values["importance"]),
            "review": None if review is None else Review(review),
        }
    )


def entry_row(entry: OutboxEntry) -> dict[str, Any]:
    """The columns of the outbox, but for its number."""
    row = {name: getattr(entry, name) for name in _ENTRY_FIELDS}
    return row | {
        "phase": entry.phase.value,
        "state": entry.state.value,
        "event": event_json(entry.event),
    }


def entry_of(row: RowMapping) -> OutboxEntry:
    """The entry of a row."""
    values = {name: value for name, value in row.items() if name != "number"}
    return OutboxEntry(
        **{
            **values,
            "phase": Phase(row["phase"]),
            "state": OutboxState(row["state"]),
            "event": event_from_json(row["event"]),
        }
    )
