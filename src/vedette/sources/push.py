"""Pictures that somebody else sends: a slot of one, so that only the newest waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from threading import Condition
from typing import Literal

import numpy as np
from pydantic import Field

from vedette.pixels.planes import RgbPlanes
from vedette.sources.camera import CameraSettings
from vedette.sources.clock import Clock, SystemClock
from vedette.sources.framing import Framing
from vedette.sources.pacing import Thinning
from vedette.sources.protocol import PacketRing, SourceStatus
from vedette.sources.status import StatusBook
from vedette.values.frame import Frame, Planes, UInt8Array


class PushSettings(CameraSettings):
    """Pictures that are sent to this camera's address."""

    kind: Literal["push"] = Field(default="push", description="Pictures that are posted to the service.")
    silence_seconds: float = Field(
        default=60.0,
        gt=0,
        le=86400,
        description="Say that the camera is lost when nobody has sent a picture for so long.",
    )


class PushSource:
    """Frames of pictures that another thread pushes. Their time is that of their arrival."""

    is_live = True
    is_endless = True

    def __init__(self, name: str, settings: PushSettings, clock: Clock | None = None) -> None:
        self.name = name
        self._clock = clock or SystemClock()
        self._book = StatusBook(self._clock.monotonic)
        self._framing = Framing(name, settings.rotation, self._book)
        self._thinning = Thinning(settings.frames_per_second)
        self._changed = Condition()
        self._slot: tuple[Planes, datetime, float] | None = None
        self._is_closed = False
        self._silence_seconds = settings.silence_seconds
        self._heard_at = self._clock.monotonic()

    @property
    def status(self) -> SourceStatus:
        """See `Source`. `waiting` while nobody has sent a picture for `silence_seconds`."""
        status, now = self._book.snapshot(), self._clock.monotonic()
        if status.state == "connected" and self._is_silent(now):
            return replace(status, state="waiting", last_error=self._silence)
        return status

    @property
    def packets(self) -> PacketRing | None:
        """See `Source`: there is none."""
        return None

    def push(self, picture: UInt8Array | Planes) -> None:
        """Hand in a picture: RGB `uint8 [height, width, 3]`, or planes. A waiting older one is dropped."""
        planes = RgbPlanes(picture) if isinstance(picture, np.ndarray) else picture
        with self._changed:
            arrived = self._clock.monotonic()
            self._heard(arrived)
            if self._is_closed or not self._thinning.takes(arrived):
                return
            self._book.dropped += self._slot is not None
            self._slot = (planes, self._clock.now(), arrived)
            self._changed.notify()

    def close(self) -> None:
        """See `Source`; `frames` ends at once."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def frames(self) -> Iterator[Frame]:
        """See `Source`. Waits for pictures until `close`."""
        self._heard_at = self._clock.monotonic()
        self._book.connected()
        try:
            while (taken := self._taken()) is not None:
                yield self._framing.given(*taken)
        finally:
            self._book.state = "closed"

    def _heard(self, now: float) -> None:
        """Somebody sends. After a silence that is a reconnect."""
        if self._book.state == "connected" and self._is_silent(now):
            self._book.last_error = self._silence
            self._book.connected()
        self._heard_at = now

    def _is_silent(self, now: float) -> bool:
        return now - self._heard_at >= self._silence_seconds

    @property
    def _silence(self) -> str:
        return f"camera {self.name}: nobody has sent a picture for {self._silence_seconds:g} s or longer."

    def _taken(self) -> tuple[Planes, datetime, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._slot is not None)
            taken, self._slot = self._slot, None
            return None if self._is_closed else taken
