"""An actuator is in its safe state unless a fresh decision says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from vedette.values.trail import Trail


@dataclass(frozen=True, slots=True)
class ActuatorStatus:
    """How an actuator is, as the process that holds its pin reported last.

    `state` is `unknown` until the first report. `reason` says in a sentence why it is in this state.
    `changes` counts the times that it left or entered its safe state since the start.
    """

    state: Literal["safe", "acting", "unknown"]
    reason: str
    since_monotonic_seconds: float
    changes: int = 0
    last_error: str | None = None


class Actuators(Protocol):
    """All actuators of an appliance. No member blocks on a disk, a network or a device."""

    def observe(self, trail: Trail) -> None:
        """A camera's frame has passed through; called in that camera's thread for every frame."""
        ...

    def fault(self, camera: str | None, reason: str) -> None:
        """Something failed: safe states at once, for a camera's actuators or (None) for all. From any thread.

        A state is left again only by a decision on a frame that came after the fault.
        """
        ...

    def wants_looks(self, camera: str) -> bool:
        """A look at this camera's scene is needed, still or not: something waits for a fresh decision."""
        ...

    @property
    def status(self) -> Mapping[str, ActuatorStatus]:
        """Every actuator's state by its name; from any thread."""
        ...
