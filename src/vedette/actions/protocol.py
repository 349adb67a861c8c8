"""An action is carried out for a phase of an event; the outbox remembers what is still to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vedette.values.event import Event, Phase
from vedette.values.outbox import OutboxEntry


@dataclass(frozen=True, slots=True)
class Letter:
    """What an action is to tell. `key` is equal for every attempt at the same phase of the same event."""

    key: str
    phase: Phase
    event: Event
    snapshot_jpeg: bytes | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """One action's counts since the start. `last_error` never holds a credential.

    `waiting` is what this process knows of; after a long outage there may be more on disk. `failed`
    counts attempts, `dead` what was given up, `dropped` what was neither done nor on disk.
    `is_reachable` says how the last attempt went; None before the first.
    """

    waiting: int = 0
    done: int = 0
    failed: int = 0
    dead: int = 0
    dropped: int = 0
    last_error: str | None = None
    is_reachable: bool | None = None


class Action(Protocol):
    """One thing to do. It runs beside the pipeline, on the actions' asyncio loop, and may take its time."""

    @property
    def name(self) -> str:
        """As in the configuration."""
        ...

    @property
    def phases(self) -> frozenset[Phase]:
        """For which phases of an event it is carried out."""
        ...

    @property
    def is_durable(self) -> bool:
        """It is tried again until it is done, also after a restart; if not, once and from memory."""
        ...

    @property
    def wants_snapshot(self) -> bool:
        """The picture is to be read from the disk for it."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """How long one attempt may take. It is stopped a little later if it does not end by itself."""
        ...

    async def open(self) -> None:
        """Begin to keep a connection, if there is one to keep. Returns at once and raises nothing."""
        ...

    async def carry_out(self, letter: Letter) -> None:
        """Do it.

        Raises:
            ActionError: it was not done; the message says why, without a credential.
        """
        ...

    async def close(self) -> None:
        """Give connections back. Twice is once."""
        ...


class Outbox(Protocol):
    """What is still to be told, on disk. Any thread may ask; every member may block for the disk.

    Every member raises StoreError when the disk or the database server does not serve.
    """

    def pending(self, action: str, limit: int) -> Sequence[OutboxEntry]:
        """What the action has not done yet, due or not, oldest first."""
        ...

    def delivered(self, key: str, at: datetime) -> None:
        """It was done."""
        ...

    def failed(self, key: str, why: str, next_attempt_at: datetime | None) -> None:
        """It was tried once more and not done; None gives it up: a dead letter."""
        ...

    def revive(self, key: str, at: datetime) -> bool:
        """Try a dead letter again; false if there is none of that key."""
        ...
