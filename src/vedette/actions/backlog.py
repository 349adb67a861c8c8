"""What waits for one action, in memory: which is next, and when."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette.actions.backoff import Backoff
from vedette.actions.clocks import Clocks
from vedette.actions.settings import RetrySettings
from vedette.values.event import Phase
from vedette.values.outbox import OutboxEntry

CAPACITY = 1000
"""So many wait in memory; what is on disk beyond them is read when there is room."""

FINISHED = 4 * CAPACITY
"""So many keys are remembered as done, for a disk that still calls them pending."""

RESPITE_SECONDS = 600.0
"""What a restart finds is tried for at least so long before it is given up, whatever the wall clock says."""

_PHASES = tuple(Phase)


@dataclass(slots=True)
class Waiting:
    """An entry that is not done. `due` and `give_up_at` are monotonic seconds.

    `is_suspect`: it failed although others succeeded meanwhile, so that the peer is not to blame.
    """

    entry: OutboxEntry
    is_recorded: bool
    attempts: int
    due: float
    give_up_at: float
    failed_at_success: int | None = None
    is_suspect: bool = False


class Backlog:
    """Entries wait in the order in which they came; of one event, only the first may go.

    1. An entry that fails waits by itself, longer each time.
    2. Two that fail without a success between them: it is the peer, and all pause, longer each time.
    3. A success: all that waited is due at once, but for suspects.
    4. An entry that fails again after others succeeded is a suspect: it delays nobody but its own event.

    Any thread may use it.
    """

    def __init__(self, retry: RetrySettings, clocks: Clocks, capacity: int = CAPACITY) -> None:
        self.has_more_on_disk = False
        self.dropped = 0
        self._retry = retry
        self._clocks = clocks
        self._capacity = capacity
        self._backoff = Backoff(retry, clocks.chance)
        self._waiting: dict[str, Waiting] = {}
        self._finished: OrderedDict[str, None] = OrderedDict()
        self._beyond = 0
        self._failing: set[str] = set()
        self._pauses = 0
        self._paused_until = float("-inf")
        self._successes = 0
        self._turn = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting) + self._beyond

    def put(self, entry: OutboxEntry, *, is_recorded: bool) -> bool:
        """Take an entry that has just come; false if it was done already.

        Without room, one that is on disk is left there, and of the others the oldest is dropped.
        """
        with self._turn:
            if entry.key in self._finished:
                return False
            known = self._waiting.get(entry.key)
            if known is not None:
                known.is_recorded = known.is_recorded or is_recorded
            elif is_recorded and (self.has_more_on_disk or len(self._waiting) >= self._capacity):
                self.has_more_on_disk = True
                self._beyond += 1
            else:
                self._take(entry, is_recorded=is_recorded)
                self._make_room()
            return True

    def look_on_disk(self) -> None:
        """There may be entries on disk that nobody has put."""
        with self._turn:
            self.has_more_on_disk = True

    @property
    def wants_to_read(self) -> bool:
        """There is more on disk, and room for it."""
        return self.has_more_on_disk and len(self._waiting) <= self._capacity // 2

    def begin_to_read(self) -> int | None:
        """How many entries to read from the disk; None if there is no need, or no room."""
        with self._turn:
            if not self.wants_to_read:
                return None
            # What is put from here on may or may not be among what is read.
            self.has_more_on_disk = False
            self._beyond = 0
            return self._capacity + len(self._waiting)

    def take_read(self, entries: Sequence[OutboxEntry], limit: int) -> list[str]:
        """Take what was read, oldest first; the keys of those that were done already."""
        with self._turn:
            for entry in entries:
                if entry.key not in self._waiting and entry.key not in self._finished:
                    self._take(entry, is_recorded=True)
            # What was put meanwhile stands before what was read, though it is younger.
            self._waiting = dict(sorted(self._waiting.items(), key=_place))
            self.has_more_on_disk = self.has_more_on_disk or len(entries) >= limit
            return [entry.key for entry in entries if entry.key in self._finished]

    def next_due(self) -> Waiting | None:
        """What is to be tried now, if anything is."""
        now = self._clocks.monotonic()
        with self._turn:
            if now < self._paused_until:
                return None
            first = min(self._heads(), key=_due, default=None)
            return first if first is not None and first.due <= now else None

    def seconds_to_wait(self) -> float | None:
        """Until something is to be tried; None if nothing waits."""
        now = self._clocks.monotonic()
        with self._turn:
            first = min((waiting.due for waiting in self._heads()), default=None)
            return None if first is None else max(0.0, first - now, self._paused_until - now)

    def succeeded(self, waiting: Waiting) -> None:
        """It was done."""
        with self._turn:
            self._finish(waiting)
            self._successes += 1
            self._failing.clear()
            self._pauses = 0
            self._paused_until = float("-inf")
            for other in self._waiting.values():
                if not other.is_suspect:
                    other.due = float("-inf")

    def refused(self, waiting: Waiting) -> None:
        """It was given up: the peer answers, but will never do it."""
        with self._turn:
            self._finish(waiting)

    def failed(self, waiting: Waiting) -> datetime | None:
        """It was tried and not done: when it will be again, wall clock; None if it is given up now."""
        now = self._clocks.monotonic()
        with self._turn:
            waiting.attempts += 1
            before = waiting.failed_at_success
            waiting.is_suspect = waiting.is_suspect or (before is not None and before < self._successes)
            waiting.failed_at_success = self._successes
            pause = self._backoff.seconds(waiting.attempts)
            waiting.due = now + pause
            if not waiting.is_suspect:
                self._blame_the_peer(waiting.entry.key, now)
            if self._is_hopeless(waiting, now):
                self._finish(waiting)
                return None
        return self._clocks.now() + timedelta(seconds=pause)

    def forget(self, key: str) -> None:
        """It is not done after all: it was revived."""
        with self._turn:
            self._finished.pop(key, None)
            self.has_more_on_disk = True

    def _take(self, entry: OutboxEntry, *, is_recorded: bool) -> None:
        now, wall = self._clocks.monotonic(), self._clocks.now()
        longest = self._retry.maximum_seconds
        # A stamp from before the clock was set back may lie in any future.
        delay = min(max(0.0, (entry.next_attempt_at - wall).total_seconds()), longest)
        age = max(0.0, (wall - entry.created_at).total_seconds())
        patience = self._retry.give_up_after_seconds
        give_up_at = now + max(patience - age, min(patience, RESPITE_SECONDS))
        self._waiting[entry.key] = Waiting(entry, is_recorded, entry.attempts, now + delay, give_up_at)

    def _make_room(self) -> None:
        """Only for what is not on disk: the oldest goes. The rest is never more than fits."""
        while len(self._waiting) > self._capacity:
            oldest = next((key for key, each in self._waiting.items() if not each.is_recorded), None)
            if oldest is None:
                return
            del self._waiting[oldest]
            self.dropped += 1

    def _heads(self) -> Iterator[Waiting]:
        """The first of every event."""
        seen = set()
        for waiting in self._waiting.values():
            if waiting.entry.event.id not in seen:
                seen.add(waiting.entry.event.id)
                yield waiting

    def _blame_the_peer(self, key: str, now: float) -> None:
        self._failing.add(key)
        if len(self._failing) > 1:
            self._pauses += 1
            self._paused_until = now + self._backoff.seconds(self._pauses)

    def _is_hopeless(self, waiting: Waiting, now: float) -> bool:
        most = self._retry.maximum_attempts
        return now >= waiting.give_up_at or (most is not None and waiting.attempts >= most)

    def _finish(self, waiting: Waiting) -> None:
        key = waiting.entry.key
        self._waiting.pop(key, None)
        self._failing.discard(key)
        self._finished[key] = None
        if len(self._finished) > FINISHED:
            self._finished.popitem(last=False)


def _place(item: tuple[str, Waiting]) -> tuple[str, int, int]:
    """By the event's time, which its id begins with, and the phases of an event as they happen."""
    entry = item[1].entry
    return entry.event.id, _PHASES.index(entry.phase), entry.event.updates


def _due(waiting: Waiting) -> float:
    return waiting.due
