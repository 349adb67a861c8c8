"""What is still to be told to somebody, kept until it was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vedette.values.event import Event, Phase


class OutboxState(StrEnum):
    """What became of an entry so far."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One phase of one event for one action.

    `key` is the same at every attempt and after every restart, so that a receiver can tell a
    repetition: delivery is at least once. `event` is as it was in that phase. Times are wall
    clock, UTC. `last_error` never holds a credential.
    """

    key: str
    action: str
    phase: Phase
    event: Event
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    state: OutboxState = OutboxState.PENDING
    last_error: str | None = None
    finished_at: datetime | None = None


def outbox_key(action: str, phase: Phase, event: Event) -> str:
    """The key of an entry: the event, the phase (with its number, for updates) and the action."""
    number = f"-{event.updates}" if phase is Phase.UPDATE else ""
    return f"{event.id}:{phase.value}{number}:{action}"
