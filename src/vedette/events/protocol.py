"""Who keeps events, and who is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vedette.values.event import Event, Phase
from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict


class EventStore(Protocol):
    """Keeps events. What `save` has returned from is on disk."""

    def save(self, event: Event) -> None:
        """Insert, or replace the row with the same id.

        Raises:
            StoreError: it is not on disk.
        """
        ...

    def unclosed(self) -> Sequence[Event]:
        """Every event that was never closed, oldest first: those of a run that was killed."""
        ...


class EventListener(Protocol):
    """Is told of every phase of every event, after it was saved. Must not block."""

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


class Unrecorded:
    """A recorder that keeps nothing: for looking at a camera, and for figures that leave the disk out."""

    def observe(self, frame: Frame, verdict: RuleVerdict, label: str) -> None:
        """Nothing is kept."""

    def finish(self, reason: str) -> None:
        """Nothing is open."""
