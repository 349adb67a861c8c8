"""What a store tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.values.event import Event


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """Since the store was opened: what did not go by the book."""

    failed_writes: int = 0
    saved_back: int = 0
    times_beside: int = 0
    merged_events: int = 0
    merged_entries: int = 0


@dataclass(frozen=True, slots=True)
class Mended:
    """The database serves again. `left_open` are events of an earlier run that it still had open.

    They are to be closed as at a start: this run never knew of them. 0 events and entries may also mean
    that the database beside cannot be read; `Store.notice` says so then.
    """

    events: int
    entries: int
    left_open: tuple[Event, ...] = ()
