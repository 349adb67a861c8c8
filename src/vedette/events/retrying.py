"""When to try again what the disk did not take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.events.backlog import Room
from vedette.waiting import growing_delay


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the journal waits for what, in seconds of `monotonic`, and how much meanwhile.

    After `ring_after` of failing, people are told from memory.
    """

    first_retry: float = 0.2
    longest_retry: float = 5.0
    ring_after: float = 2.0
    room: Room = field(default_factory=Room)
    monotonic: Callable[[], float] = time.monotonic


class Retry:
    """Counts failures in a row; the next attempt is due twice as long after each."""

    def __init__(self, patience: Patience) -> None:
        self.failures = 0
        self.why: str | None = None
        """What was said at the last failure; None where all is well."""
        self._patience = patience
        self._since = self._due = 0.0

    @property
    def seconds_left(self) -> float:
        """Until the next attempt; 0 if it is due."""
        return max(0.0, self._due - self._patience.monotonic()) if self.failures else 0.0

    @property
    def seconds_until_ring(self) -> float | None:
        """Until people are told from memory; None where all is well."""
        if not self.failures:
            return None
        return max(0.0, self._since + self._patience.ring_after - self._patience.monotonic())

    def fail(self, why: str) -> bool:
        """It did not work; true if it did the time before."""
        now = self._patience.monotonic()
        if not self.failures:
            self._since = now
        self.failures, self.why = self.failures + 1, why
        pause = growing_delay(self.failures, self._patience.first_retry, self._patience.longest_retry)
        self._due = now + pause
        return self.failures == 1

    def succeed(self) -> bool:
        """It worked; true if it did not the time before."""
        was_failing = self.failures > 0
        self.failures, self.why = 0, None
        return was_failing

    def hurry(self) -> None:
        """The next attempt is due now."""
        self._due = self._patience.monotonic()
