"""Who keeps events, and who is told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from vedette.values.event import Event, Importance, Phase
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict
from vedette.values.outbox import OutboxEntry


class EventStore(Protocol):
    """Keeps events and what is still to be told of them. What `record` has returned from is on disk."""

    def record(self, event: Event, entries: Sequence[OutboxEntry] = ()) -> None:
        """Insert, or replace the row with the same id, and put the entries into the outbox: all or nothing.

        Doing it again does no harm: an entry whose key is there already stays as it is.

        Raises:
            StoreError: it is not on disk.
        """
        ...

    def unclosed(self) -> Sequence[Event]:
        """Every event that was never closed, oldest first: those of a run that was killed."""
        ...

    def set_snapshot(self, identity: str, path: str | None) -> bool:
        """Where the event's picture lies below the storage folder; false if there is no such event.

        Raises:
            StoreError: it is not on disk.
        """
        ...


class EventArchive(Protocol):
    """What was recorded, for those who tidy up. Every member may block, and raise StoreError."""

    def expendable(self, limit: int, opened_before: datetime | None = None) -> Sequence[Event]:
        """What is given up first: closed, no favourite; the least important first, of these the oldest."""
        ...

    def delete(self, identity: str) -> bool:
        """Forget an event; false if there is none."""
        ...

    def every(self) -> Iterable[Event]:
        """All events."""
        ...

    def set_clip(self, identity: str, path: str | None) -> bool:
        """Where the event's video lies below the storage folder; false if there is no such event."""
        ...


class MediaOwner(Protocol):
    """Says which files belong to nobody."""

    @property
    def made_at(self) -> datetime | None:
        """Since when the database knows what happened; None while it cannot be asked for everything."""
        ...

    def orphans(self, identities: Collection[str]) -> set[str]:
        """Which of these ids surely belong to no event.

        Raises:
            StoreError: the database cannot be asked.
        """
        ...


class Dispatcher(Protocol):
    """Decides who is to be told of an event, and sees to it. No member blocks; any thread may call."""

    def address(self, phase: Phase, event: Event) -> Sequence[OutboxEntry]:
        """Which actions are to be carried out for this phase; asked once for each phase of an event."""
        ...

    def posted(self, entries: Sequence[OutboxEntry]) -> None:
        """These are in the outbox now: carry them out."""
        ...

    def post_unrecorded(self, entries: Sequence[OutboxEntry]) -> None:
        """The disk takes nothing: carry these out from memory, once as far as can be told."""
        ...


class EventListener(Protocol):
    """Is told of every phase of every event, after it was recorded. Must not block."""

    def __call__(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:
        """Phases of one event come in order."""
        ...


class Recorder(Protocol):
    """Makes events of one camera's rule verdicts; the camera loop calls it on every frame."""

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """One rule's verdict on one frame, with what an event of that rule is labelled with."""
        ...

    def finish(self, reason: str) -> None:
        """Close what is still open: no more frames come."""
        ...


class HealthRecorder(Protocol):
    """Makes events that no frame shows: "camera lost". No member blocks; any thread may call."""

    def begin(
        self, rule: str, label: str, at: datetime, monotonic_seconds: float, importance: Importance
    ) -> None:
        """Open an event of this rule, unless one that `begin` opened is open."""
        ...

    def end(self, rule: str, reason: str, at: datetime, monotonic_seconds: float | None = None) -> None:
        """Close it, if it is open. Without the monotonic clock it lasted as long as the wall clock says."""
        ...


class Unrecorded:
    """A recorder that keeps nothing: for looking at a camera, and for figures that leave the disk out."""

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """Nothing is kept."""

    def finish(self, reason: str) -> None:
        """Nothing is open."""
