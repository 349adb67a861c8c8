"""Cameras and actuators are asked once a second; what has changed is told to those who listen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from vedette.web.protocol import Appliance

_EVERY_SECONDS = 1.0

_States = Mapping[tuple[str, str], Mapping[str, object]]


class StateChanges:
    """Publishes changed states as `camera` and `actuator`; what is there at the first look is no change."""

    def __init__(self, appliance: Appliance) -> None:
        self._appliance = appliance
        self._known = self._states()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            self.tell()

    def tell(self) -> None:
        """What has changed since the last look."""
        now = self._states()
        for (kind, name), state in now.items():
            if self._known.get((kind, name)) != state:
                self._appliance.live.publish(kind, {"name": name, **state})
        for kind, name in self._known.keys() - now.keys():
            self._appliance.live.publish(kind, {"name": name, "state": "gone"})
        self._known = now

    def _states(self) -> _States:
        states: dict[tuple[str, str], Mapping[str, object]] = {}
        for name, camera in self._appliance.cameras.items():
            states["camera", name] = {"state": camera.state, "last_error": camera.last_error}
        for name, actuator in self._appliance.actuators.items():
            states["actuator", name] = {"state": actuator.state, "reason": actuator.reason}
        return states
