"""What a recorder hands over: decided, not yet on disk."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.values.event import Event, Phase
from vedette.values.frame import Frame


@dataclass(frozen=True, slots=True)
class Happening:
    """One phase of one event; an opening that was seen brings the frame that shows it."""

    phase: Phase
    event: Event
    frame: Frame | None = None
