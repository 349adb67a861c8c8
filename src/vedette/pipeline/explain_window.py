"""The time that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_CONTEXT = timedelta(seconds=60)
"""A camera that was lost says so before and after the moment that is asked about."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` until before `until`, wall clock with its zone.

    Raises:
        ValueError: it ends before it begins, a time has no zone, or its year is not in 1971..9000.
    """

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a time that is asked about needs its zone")
        if not all(1971 <= time.year <= 9000 for time in (self.since, self.until)):
            raise ValueError("the time that is asked about must lie in the years 1971 to 9000")
        if self.since >= self.until:
            raise ValueError("the time that is asked about must end after it begins")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.until - self.since).total_seconds()

    def touches(self, first: datetime, last: datetime) -> bool:
        """Whether something that lasted from `first` to `last` was in it."""
        return min(first, last) < self.until and max(first, last) >= self.since

    def wider(self) -> Window:
        """With a minute before and after, where one reads why something was missing."""
        return Window(self.since - _CONTEXT, self.until + _CONTEXT)
