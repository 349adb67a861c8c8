"""Who keeps events, and who is told of them."""

from __future__ import annotations

from typing import Protocol

from vedette.values.event import Event, Phase


class EventStore(Protocol):
    """Keeps events. What `save` has returned from is on disk."""

    def save(self, event: Event) -> None:
        """Insert, or replace the row with the same id."""
        ...


class EventListener(Protocol):
    """Is told of every phase of every event, after it was saved. Must not block."""

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:
        """Phases of one event come in order."""
        ...
