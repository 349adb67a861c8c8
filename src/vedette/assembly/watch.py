"""Those who look after what runs: cameras' health, networks, chores."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.assembly.housekeeping import Housekeeping
from vedette.pipeline.health import Health
from vedette.pipeline.network_watch import NetworkWatch


@dataclass(frozen=True, slots=True)
class Watch:
    """Started after the cameras, ended before them."""

    health: Health
    network_watch: NetworkWatch
    housekeeping: Housekeeping

    def start(self) -> None:
        """Begin to look."""
        self.health.start()
        self.network_watch.start()
        self.housekeeping.start()

    def close(self) -> None:
        """Look no more: cameras that end now are not lost."""
        self.health.close()
        self.network_watch.close()
        self.housekeeping.close(0.5)
