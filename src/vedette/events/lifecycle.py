"""From a rule's state to events: exactly one open, any updates, exactly one close."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from vedette.events.happening import Happening
from vedette.events.occurrence import Occurrence
from vedette.events.protocol import EventStore
from vedette.values.event import Event, Importance, Phase
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict

UNCLEAN_STOP = "closed after an unclean stop"

Put = Callable[[Happening], None]
"""Takes a happening over at once: `Journal.put`."""


class EventRecorder:
    """See `vedette.events.protocol.Recorder` and `HealthRecorder`; of one camera.

    An event is open while its rule's state is active, or between `begin` and `end`. All is decided in
    memory and handed to `put`, in order; the only lock is held for that. `identify` gives an id for a
    time (see `identity`). A rule that `importance` does not name makes events of normal importance.

    `observe` is called by the camera's thread; the other members may be called by any.
    """

    def __init__(
        self,
        camera: str,
        put: Put,
        identify: Callable[[datetime], str],
        importance: Mapping[str, Importance] | None = None,
    ) -> None:
        self._camera = camera
        self._put = put
        self._identify = identify
        self._importance = dict(importance or {})
        self._seen: dict[str, Occurrence] = {}
        self._health: dict[str, Occurrence] = {}
        self._is_closed = False
        self._turn = threading.Lock()

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """See `Recorder`."""
        with self._turn:
            occurrence = self._seen.get(verdict.rule)
            if occurrence is None:
                if verdict.state == "active" and not self._is_closed:
                    self._seen[verdict.rule] = self._opened_by(frame, verdict, label)
                return
            occurrence.see(frame.captured_at, frame.monotonic_seconds)
            if verdict.state != "active":
                self._close(self._seen, verdict.rule, verdict.reason)
            elif update := occurrence.update(verdict.confidence):
                self._put(Happening(Phase.UPDATE, update))

    def finish(self, reason: str) -> None:
        """See `Recorder`; the events end at their last frame. What `begin` began goes on."""
        with self._turn:
            self._close_all(self._seen, reason)

    def begin(
        self, rule: str, label: str, at: datetime, monotonic_seconds: float, importance: Importance
    ) -> None:
        """See `HealthRecorder`."""
        with self._turn:
            if rule in self._health or self._is_closed:
                return
            event = self._new(rule, label, at, 1.0, importance)
            self._health[rule] = Occurrence.of(event, monotonic_seconds)
            self._put(Happening(Phase.OPEN, event))

    def end(self, rule: str, reason: str, at: datetime, monotonic_seconds: float | None = None) -> None:
        """See `HealthRecorder`."""
        with self._turn:
            if occurrence := self._health.get(rule):
                by_the_wall = occurrence.opened_seconds + (at - occurrence.event.opened_at).total_seconds()
                occurrence.see(at, by_the_wall if monotonic_seconds is None else monotonic_seconds)
                self._close(self._health, rule, reason)

    def close(self, reason: str, at: datetime | None = None, monotonic_seconds: float = 0.0) -> None:
        """Close everything, health events too; nothing opens any more. Twice is once.

        What `begin` began ends at that time, by both clocks, if it is given.
        """
        with self._turn:
            self._is_closed = True
            self._close_all(self._seen, reason)
            if at is not None:
                for occurrence in self._health.values():
                    occurrence.see(at, monotonic_seconds)
            self._close_all(self._health, reason)

    def _opened_by(self, frame: Frame, verdict: RuleVerdict, label: str) -> Occurrence:
        importance = self._importance.get(verdict.rule, Importance.NORMAL)
        event = self._new(verdict.rule, label, frame.captured_at, verdict.confidence, importance)
        self._put(Happening(Phase.OPEN, event, frame))
        return Occurrence.of(event, frame.monotonic_seconds)

    def _new(self, rule: str, label: str, at: datetime, score: float, importance: Importance) -> Event:
        return Event(
            id=self._identify(at),
            camera=self._camera,
            rule=rule,
            label=label,
            opened_at=at,
            updated_at=at,
            score=score,
            measures={"dwell_seconds": 0.0},
            importance=importance,
        )

    def _close_all(self, occurrences: dict[str, Occurrence], reason: str) -> None:
        for rule in list(occurrences):
            self._close(occurrences, rule, reason)

    def _close(self, occurrences: dict[str, Occurrence], rule: str, reason: str) -> None:
        self._put(Happening(Phase.CLOSE, occurrences.pop(rule).closed(reason)))


def close_left_open(store: EventStore, put: Put) -> int:
    """Close the events of an earlier run that was killed, at their last word; how many there were.

    To be called once, before the first camera starts. They are closed when the journal has recorded
    it; a kill before that leaves them to the next start.

    Raises:
        StoreError: the database cannot be read.
    """
    return close_events(store.unclosed(), put)


def close_events(events: Iterable[Event], put: Put) -> int:
    """Close these, which nobody goes on with, at their last word; how many there were.

    For what a database that serves again had still open (`Store.mend`).
    """
    closed = [replace(event, closed_at=event.updated_at, close_reason=UNCLEAN_STOP) for event in events]
    for event in closed:
        put(Happening(Phase.CLOSE, event))
    return len(closed)
