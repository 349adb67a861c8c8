"""The dispatcher that the journal knows, whichever delivery is behind it at the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vedette.actions.delivery import Delivery
from vedette.actions.protocol import ActionStatus
from vedette.values.event import Event, Phase
from vedette.values.outbox import OutboxEntry


class Relay:
    """See `vedette.events.protocol.Dispatcher`. A reload exchanges the actions.

    What the old ones have not done is in the outbox. What was told from memory because the disk took
    nothing is put into the outbox by the journal, once the disk does.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._restarts = 0

    def exchange(self, delivery: Delivery, timeout_seconds: float = 2.0) -> None:
        """From now on by this one, which is not started yet: what the old one leaves is in the outbox."""
        old, self._delivery = self._delivery, delivery
        self._restarts += old.restarts
        old.close(timeout_seconds)
        delivery.start()

    def start(self) -> None:
        """Begin to carry out."""
        self._delivery.start()

    def close(self, timeout_seconds: float) -> None:
        """Carry out what is due, for so long; the rest stays in the outbox."""
        self._delivery.close(timeout_seconds)

    @property
    def is_alive(self) -> bool:
        """Its thread is there."""
        return self._delivery.is_alive

    @property
    def restarts(self) -> int:
        """How often the actions' loop or a worker in it was begun again."""
        return self._restarts + self._delivery.restarts

    @property
    def status(self) -> Mapping[str, ActionStatus]:
        """Every action's counts by its name."""
        return self._delivery.status

    def revive(self, key: str) -> bool:
        """See `Delivery`."""
        return self._delivery.revive(key)

    def send_test(self, action: str) -> None:
        """See `Delivery`."""
        self._delivery.send_test(action)

    def address(self, phase: Phase, event: Event) -> Sequence[OutboxEntry]:
        """See `Dispatcher`."""
        return self._delivery.address(phase, event)

    def posted(self, entries: Sequence[OutboxEntry]) -> None:
        """See `Dispatcher`."""
        self._delivery.posted(entries)

    def post_unrecorded(self, entries: Sequence[OutboxEntry]) -> None:
        """See `Dispatcher`."""
        self._delivery.post_unrecorded(entries)
