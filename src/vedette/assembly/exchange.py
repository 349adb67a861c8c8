"""The actions and actuators of another configuration take over while the cameras go on."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.actuators.binding import Binding
from vedette.assembly.actuation import Actuation
from vedette.assembly.cameras import Cameras
from vedette.assembly.making import ActionMaking
from vedette.assembly.relay import Relay
from vedette.config.agreement import actuators, bindings
from vedette.config.schema import Config


class Exchange:
    """Called with the configuration that is to run. Actuators that are bound as before are not disturbed."""

    def __init__(
        self,
        acting: ActionMaking,
        relay: Relay,
        actuation: Actuation,
        cameras: Cameras,
        bound: Sequence[Binding],
    ) -> None:
        self._acting = acting
        self._relay = relay
        self._actuation = actuation
        self._cameras = cameras
        self._bound: tuple[Binding, ...] | None = tuple(bound)

    def __call__(self, wanted: Config) -> None:
        """Exchange them.

        Raises:
            ActuatorError: the pins are not to be had; there are no actuators then, and all are safe.
        """
        bound, delivery = bindings(wanted), self._acting.delivery(wanted)
        if bound != self._bound:
            self._bound = None
            self._actuation.exchange(self._acting.board(bound))
            self._bound = bound
        self._relay.exchange(delivery)
        self._cameras.know_actuators(frozenset(actuators(wanted)))
