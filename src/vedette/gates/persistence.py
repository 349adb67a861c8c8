"""Motion must last before it counts, and counts a moment longer than it lasts."""

from __future__ import annotations

from typing import Literal

Phase = Literal["still", "brief", "moving", "held"]


class Persistence:
    """Turns "something moves on this frame" into a state that does not flap, on the frames' own time."""

    def __init__(self, minimum_seconds: float, hold_seconds: float) -> None:
        self._minimum_seconds = minimum_seconds
        self._hold_seconds = hold_seconds
        self._since: float | None = None
        self._last = 0.0
        self._is_open = False

    def observe(self, now: float, is_moving: bool) -> Phase:
        """The state after a frame at that time."""
        return self._moving(now) if is_moving else self._still(now)

    def _moving(self, now: float) -> Phase:
        if self._since is None or now < self._since:
            self._since = now
        self._last = now
        self._is_open = self._is_open or now - self._since >= self._minimum_seconds
        return "moving" if self._is_open else "brief"

    def _still(self, now: float) -> Phase:
        since_motion = abs(now - self._last)
        if since_motion > self._minimum_seconds:
            self._since = None
        self._is_open = self._is_open and since_motion <= self._hold_seconds
        return "held" if self._is_open else "still"
