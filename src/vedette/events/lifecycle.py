"""From a rule's state to events: exactly one open, any updates, exactly one close."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vedette.errors import StoreError, VedetteError
from vedette.events.protocol import EventListener, EventStore
from vedette.events.snapshots import SnapshotFolder
from vedette.values.event import Event, Phase
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict

UPDATE_SECONDS = 1.0
"""Updates of one event are at least so far apart, in the frames' own time."""

UNCLEAN_STOP = "closed after an unclean stop"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Occurrence:
    """An open event with what its frames have told so far; `event` is what was told of it last."""

    event: Event
    opened_seconds: float
    told_seconds: float
    last_at: datetime
    last_seconds: float
    score: float
    jpeg: bytes | None

    def see(self, frame: Frame) -> None:
        """The wall clock may be set back meanwhile; an event's times never run backwards."""
        self.last_at = max(self.last_at, frame.captured_at)
        self.last_seconds = frame.monotonic_seconds

    def is_update_due(self) -> bool:
        """The score has risen, and the last word is old enough."""
        return self.score > self.event.score and self.last_seconds - self.told_seconds >= UPDATE_SECONDS

    def current(self) -> Event:
        """The event as it is after the last frame."""
        dwell = max(0.0, self.last_seconds - self.opened_seconds)
        return replace(
            self.event, updated_at=self.last_at, score=self.score, measures={"dwell_seconds": round(dwell, 3)}
        )


class EventRecorder:
    """See `vedette.events.protocol.Recorder`.

    An event is open while its rule's state is active. It is saved first, then every listener is
    told. A store or listener that fails is logged and holds nobody up: a full disk must not keep
    a door unlocked. `identify` gives an id for a time (see `identity`).

    `observe` is called by the camera's thread; `finish` may be called by any.
    """

    def __init__(
        self,
        store: EventStore,
        snapshots: SnapshotFolder,
        listeners: Sequence[EventListener],
        identify: Callable[[datetime], str],
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._listeners = tuple(listeners)
        self._identify = identify
        self._open: dict[tuple[str, str], _Occurrence] = {}
        self._turn = threading.Lock()

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """See `Recorder`."""
        key = (frame.camera, verdict.rule)
        with self._turn:
            occurrence = self._open.get(key)
            if occurrence is None:
                if verdict.state == "active":
                    self._open[key] = self._begin(frame, verdict, label)
                return
            occurrence.see(frame)
            if verdict.state == "active":
                self._go_on(occurrence, verdict)
            else:
                del self._open[key]
                self._end(occurrence, verdict.reason)

    def finish(self, reason: str) -> None:
        """See `Recorder`; the events end at their last frame, with this reason."""
        with self._turn:
            while self._open:
                _, occurrence = self._open.popitem()
                self._end(occurrence, reason)

    def _begin(self, frame: Frame, verdict: RuleVerdict, label: str) -> _Occurrence:
        at, seconds = frame.captured_at, frame.monotonic_seconds
        identity = self._identify(at)
        jpeg, snapshot = self._picture(identity, frame)
        event = Event(
            id=identity,
            camera=frame.camera,
            rule=verdict.rule,
            label=label,
            opened_at=at,
            updated_at=at,
            score=verdict.confidence,
            snapshot=snapshot,
            measures={"dwell_seconds": 0.0},
        )
        self._tell(Phase.OPEN, event, jpeg)
        return _Occurrence(event, seconds, seconds, at, seconds, verdict.confidence, jpeg)

    def _picture(self, identity: str, frame: Frame) -> tuple[bytes | None, str | None]:
        """The JPEG, and where it lies; an event without a picture is better than none."""
        jpeg = None
        try:
            jpeg = self._snapshots.encode(frame)
            return jpeg, self._snapshots.keep(identity, frame, jpeg)
        except VedetteError as error:
            _log.error("camera %s: %s", frame.camera, error)
            return jpeg, None

    def _go_on(self, occurrence: _Occurrence, verdict: RuleVerdict) -> None:
        occurrence.score = max(occurrence.score, verdict.confidence)
        if occurrence.is_update_due():
            occurrence.event = occurrence.current()
            occurrence.told_seconds = occurrence.last_seconds
            self._tell(Phase.UPDATE, occurrence.event, occurrence.jpeg)

    def _end(self, occurrence: _Occurrence, reason: str) -> None:
        event = occurrence.current()
        closed = replace(event, closed_at=event.updated_at, close_reason=reason)
        self._tell(Phase.CLOSE, closed, occurrence.jpeg)

    def _tell(self, phase: Phase, event: Event, jpeg: bytes | None) -> None:
        try:
            self._store.save(event)
        except StoreError as error:
            _log.error("camera %s: event %s (%s) is not kept: %s", event.camera, event.id, phase, error)
        _tell_all(self._listeners, phase, event, jpeg)


def close_left_open(store: EventStore, listeners: Sequence[EventListener] = ()) -> int:
    """Close the events of an earlier run that was killed, at their last word; how many there were.

    To be called once, before the first camera starts.

    Raises:
        StoreError: the database cannot be read or written.
    """
    left = store.unclosed()
    for event in left:
        closed = replace(event, closed_at=event.updated_at, close_reason=UNCLEAN_STOP)
        store.save(closed)
        _tell_all(listeners, Phase.CLOSE, closed, None)
    return len(left)


def _tell_all(listeners: Sequence[EventListener], phase: Phase, event: Event, jpeg: bytes | None) -> None:
    for listener in listeners:
        try:
            listener(phase, event, jpeg)
        except Exception:  # noqa: BLE001 - one listener must not keep the others from being told
            _log.exception("a listener failed at the %s of event %s", phase, event.id)
