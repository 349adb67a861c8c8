"""Something that began, may change and ends: exactly one open, any updates, exactly one close."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class Phase(StrEnum):
    """Where in its life an event is."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"


class Importance(IntEnum):
    """What gives way last when the disk is full."""

    LOW = 0
    NORMAL = 1
    HIGH = 2


class Review(StrEnum):
    """What a person said of an event."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence at one camera.

    `id` sorts by time and cannot be guessed. Times are wall clock, UTC. `score` is the highest
    calibrated confidence so far, 0..1. `close_reason` says why it ended. `measures` holds what
    was measured, by name with its unit (`dwell_seconds`). `snapshot` and `clip` are the paths of
    the JPEG and the video below the storage folder. `updates` counts the updates that were told.
    A favourite is never given up for space or age. `review` is None until a person has looked.
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
    clip: str | None = None
    measures: dict[str, float] = field(default_factory=dict)
    updates: int = 0
    importance: Importance = Importance.NORMAL
    is_favourite: bool = False
    review: Review | None = None

    @property
    def is_open(self) -> bool:
        """It has not been closed."""
        return self.closed_at is None
