"""Which frames are taken, by their own time."""

from __future__ import annotations

_ROUNDING_SECONDS = 0.002
"""Many containers and cameras round their time stamps to a millisecond."""


class Thinning:
    """Takes frames evenly, at most `frames_per_second` of them.

    The grid of due times is kept, so that 25 a second thinned to 10 gives 10 and not 8.33.
    """

    def __init__(self, frames_per_second: float | None) -> None:
        self._interval = 0.0 if frames_per_second is None else 1.0 / frames_per_second
        self._due: float | None = None

    def takes(self, seconds: float) -> bool:
        """Whether the frame of this time is one of those to take."""
        interval = self._interval
        if not interval:
            return True
        due = self._due
        if due is not None and seconds < due - min(_ROUNDING_SECONDS, interval / 10):
            return False
        is_on_grid = due is not None and seconds < due + interval
        self._due = (due if is_on_grid and due is not None else seconds) + interval
        return True
