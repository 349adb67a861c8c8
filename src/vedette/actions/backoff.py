"""How long to wait before the next attempt."""

from __future__ import annotations

from collections.abc import Callable

from vedette.actions.settings import RetrySettings
from vedette.waiting import growing_delay

DISK = RetrySettings(first_seconds=0.5, maximum_seconds=30.0)
"""For a disk or a database server that does not serve."""


class Backoff:
    """Pauses that grow by a factor up to a maximum; a share of each is left out by chance, against herds."""

    def __init__(self, settings: RetrySettings, chance: Callable[[], float]) -> None:
        self._settings = settings
        self._chance = chance

    def seconds(self, failures: int) -> float:
        """The pause after so many failures in a row, 1 or more."""
        chosen = self._settings
        pause = growing_delay(failures, chosen.first_seconds, chosen.maximum_seconds, chosen.factor)
        return pause * (1 - chosen.jitter * self._chance())
