"""Classifiers that were taught while the appliance runs: here, or by a command beside it."""

from __future__ import annotations

from vedette.assembly.networks import Networks
from vedette.assembly.troubles import Faults, NetworkTroubles
from vedette.pipeline.explain_log import ExplainLog


class Taught:
    """Has the cameras use what was taught. What an actuator relied on was another classifier's word."""

    def __init__(
        self, networks: Networks, cameras: NetworkTroubles, fault: Faults, explain: ExplainLog
    ) -> None:
        self._networks = networks
        self._cameras = cameras
        self._fault = fault
        self._explain = explain

    def __call__(self, name: str) -> None:
        """This one was taught.

        Raises:
            TeachingError: it is damaged.
            BackendError: it is now of a network that cannot be loaded.
        """
        self._fault(None, f"classifier {name} was taught anew")
        for camera in self._cameras.users((name,)):
            self._explain.remark(camera, "network", f"classifier {name} was taught anew")
        if self._networks.taught_anew(name):
            self._cameras.rebuild_users((name,))

    def take_over(self) -> tuple[str, ...]:
        """What other processes taught, by name."""
        names = self._networks.taught_elsewhere()
        for name in names:
            self(name)
        return names
