"""A clock that stands still until somebody waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event


class TickingClock:
    """Waiting costs no time and moves the clock; `waits` are the seconds that were asked for."""

    def __init__(self, start: float = 1000.0) -> None:
        self.seconds = start
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds - 1000.0)

    def wait(self, until_set: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.seconds += seconds
        return until_set.is_set()
