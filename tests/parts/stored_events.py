"""Events of a day in May, one a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vedette.values.event import Event

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def event(number: int, **changes) -> Event:
    """The event of that minute: closed, of the camera `garden`, about a cat."""
    opened = NOON + timedelta(minutes=number)
    values = {
        "camera": "garden",
        "rule": "visitor",
        "label": "cat",
        "score": number / 10,
        "closed_at": opened,
        **changes,
    }
    return Event(id=f"01event{number:019}", opened_at=opened, updated_at=opened, **values)
