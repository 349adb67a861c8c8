"""The two clocks that a source reads, and how it waits; a test passes its own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Time for one source."""

    def monotonic(self) -> float:
        """Seconds that only grow, from any origin."""
        ...

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        ...

    def wait(self, until_set: Event, seconds: float) -> bool:
        """Wait at most `seconds`; true as soon as the event is set."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(UTC)

    def wait(self, until_set: Event, seconds: float) -> bool:
        """See `Clock`."""
        return until_set.wait(seconds)
