"""One source's counts: written by its own thread, read by any."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from vedette.sources.protocol import SourceStatus

State = Literal["idle", "connecting", "connected", "waiting", "ended", "closed"]


class StatusBook:
    """The figures of `SourceStatus` while they change.

    Each attribute has one writer and is replaced whole, so a reader needs no lock: at worst a
    snapshot has one figure of the frame before.
    """

    __slots__ = (
        "_monotonic",
        "connects",
        "corrupt",
        "dropped",
        "frames",
        "last_arrival_monotonic_seconds",
        "last_error",
        "last_frame_monotonic_seconds",
        "reconnects",
        "state",
    )

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self.state: State = "idle"
        self.connects = 0
        self.reconnects = 0
        self.frames = 0
        self.dropped = 0
        self.corrupt = 0
        self.last_error: str | None = None
        self.last_frame_monotonic_seconds: float | None = None
        self.last_arrival_monotonic_seconds: float | None = None

    def connected(self) -> None:
        """A connection stands; every one after the first is a reconnect."""
        self.reconnects += self.connects > 0
        self.connects += 1
        self.state = "connected"

    def delivered(self, monotonic_seconds: float) -> int:
        """One more frame is handed on; its sequence number, from 0."""
        sequence = self.frames
        self.frames = sequence + 1
        self.last_frame_monotonic_seconds = monotonic_seconds
        self.last_arrival_monotonic_seconds = self._monotonic()
        return sequence

    def spoilt(self) -> None:
        """One packet or picture could not be decoded."""
        self.corrupt += 1

    def missed(self) -> None:
        """One frame came that nobody had time for."""
        self.dropped += 1

    def snapshot(self) -> SourceStatus:
        """The figures now."""
        return SourceStatus(
            state=self.state,
            connects=self.connects,
            reconnects=self.reconnects,
            frames=self.frames,
            dropped=self.dropped,
            corrupt=self.corrupt,
            last_error=self.last_error,
            last_frame_monotonic_seconds=self.last_frame_monotonic_seconds,
            last_arrival_monotonic_seconds=self.last_arrival_monotonic_seconds,
        )
