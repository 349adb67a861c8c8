"""An action is carried out for a phase of an event."""

from __future__ import annotations

from typing import Protocol

from vedette.values.event import Event, Phase


class Action(Protocol):
    """One thing to do. It runs beside the pipeline and may take its time."""

    @property
    def name(self) -> str:
        """As in the configuration."""
        ...

    @property
    def phases(self) -> frozenset[Phase]:
        """For which phases of an event it is carried out."""
        ...

    async def carry_out(self, phase: Phase, event: Event, snapshot_jpeg: bytes | None) -> None:
        """Do it.

        Raises:
            ActionError: it was not done; the message says why, without a credential.
        """
        ...

    async def close(self) -> None:
        """Give connections back. Twice is once."""
        ...
