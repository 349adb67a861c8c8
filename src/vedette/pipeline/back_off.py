"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from vedette.waiting import growing_delay


class BackOff:
    """`first_seconds`, doubled with every failure up to `longest_seconds`.

    A stretch of `steady_seconds` without a failure is a new beginning.
    """

    def __init__(self, first_seconds: float, longest_seconds: float, steady_seconds: float) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._steady_seconds = steady_seconds
        self._failures = 0

    def next_delay(self, good_seconds: float) -> float:
        """It failed after that long a good stretch: seconds to wait."""
        if good_seconds >= self._steady_seconds:
            self._failures = 0
        self._failures += 1
        return growing_delay(self._failures, self._first_seconds, self._longest_seconds)
