"""When to try again: later and later, never at the same moment as others, for ever."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from vedette.waiting import growing_delay


class ReconnectionSettings(BaseModel):
    """How a lost camera is sought."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_seconds: float = Field(
        default=1.0, gt=0, description="Wait about this long before the first retry."
    )
    longest_seconds: float = Field(
        default=30.0, gt=0, description="The wait doubles with each failure, up to about this."
    )
    steady_seconds: float = Field(
        default=10.0,
        ge=0,
        description="Frames must have flowed for this long before the wait is short again.",
    )


class BackOff:
    """The waits of one camera. `random` gives a number in 0..1, as `random.random` does.

    A wait is drawn between half and the whole of what is due, so that ten cameras behind one
    switch do not all come back at the same moment.
    """

    def __init__(self, settings: ReconnectionSettings, random: Callable[[], float]) -> None:
        self._settings = settings
        self._random = random
        self._failures = 0
        self._flowing_since: float | None = None

    def frame_arrived(self, now: float) -> None:
        """A frame came at `now`, monotonic seconds."""
        if self._flowing_since is None:
            self._flowing_since = now
        elif self._failures and now - self._flowing_since >= self._settings.steady_seconds:
            self._failures = 0

    def next_delay(self) -> float:
        """The connection is lost, or there was none: how many seconds to wait."""
        self._flowing_since = None
        self._failures += 1
        due = growing_delay(self._failures, self._settings.first_seconds, self._settings.longest_seconds)
        return due * (0.5 + 0.5 * self._random())
