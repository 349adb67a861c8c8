"""Something that began, may change and ends: exactly one open, any updates, exactly one close."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """Where in its life an event is."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence at one camera.

    `id` sorts by time and cannot be guessed. Times are wall clock, UTC. `score` is the highest
    calibrated confidence so far, 0..1. `close_reason` says why it ended. `measures` holds what
    was measured, by name with its unit (`dwell_seconds`). `snapshot` is the JPEG's path below
    the storage folder.
    """

    id: str
    camera: str
    rule: str
    label: str
    opened_at: datetime
    updated_at: datetime
    score: float
    closed_at: datetime | None = None
    close_reason: str | None = None
    snapshot: str | None = None
    measures: dict[str, float] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """It has not been closed."""
        return self.closed_at is None
