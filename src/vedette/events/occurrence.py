"""An event while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from vedette.values.event import Event

UPDATE_SECONDS = 1.0
"""Updates of one event are at least so far apart, in the frames' own time."""


@dataclass(slots=True)
class Occurrence:
    """An open event with what was seen of it so far; `event` is what was told of it last.

    Seconds are monotonic. The wall clock may be set back meanwhile; an event's times never run backwards.
    """

    event: Event
    opened_seconds: float
    told_seconds: float
    last_seconds: float
    last_at: datetime
    score: float

    @classmethod
    def of(cls, event: Event, seconds: float) -> Self:
        """One that begins now."""
        return cls(event, seconds, seconds, seconds, event.opened_at, event.score)

    def see(self, at: datetime, seconds: float) -> None:
        """It still goes on."""
        self.last_at = max(self.last_at, at)
        self.last_seconds = seconds

    def update(self, confidence: float) -> Event | None:
        """The next word on it, if there is one: the score has risen, and the last word is old enough."""
        self.score = max(self.score, confidence)
        if self.score <= self.event.score or self.last_seconds - self.told_seconds < UPDATE_SECONDS:
            return None
        self.told_seconds = self.last_seconds
        self.event = replace(self._current(), updates=self.event.updates + 1)
        return self.event

    def closed(self, reason: str) -> Event:
        """The last word: it ended when it was last seen."""
        return replace(self._current(), closed_at=self.last_at, close_reason=reason)

    def _current(self) -> Event:
        dwell = max(0.0, self.last_seconds - self.opened_seconds)
        measures = {"dwell_seconds": round(dwell, 3)}
        return replace(self.event, updated_at=self.last_at, score=self.score, measures=measures)
