"""Pictures that somebody else sends: a slot of one, so that only the newest waits."""

from __future__ import annotations

from collections.abc import Iterator
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
from vedette.sources.protocol import SourceStatus
from vedette.sources.status import StatusBook
from vedette.values.frame import Frame, Planes, UInt8Array


class PushSettings(CameraSettings):
    """Pictures that are sent to this camera's address."""

    kind: Literal["push"] = Field(default="push", description="Pictures that are posted to the service.")


class PushSource:
    """Frames of pictures that another thread pushes. Their time is that of their arrival."""

    is_live = True

    def __init__(self, name: str, settings: PushSettings, clock: Clock | None = None) -> None:
        self.name = name
        self._clock = clock or SystemClock()
        self._book = StatusBook()
        self._framing = Framing(name, settings.rotation, self._book)
        self._thinning = Thinning(settings.frames_per_second)
        self._changed = Condition()
        self._slot: tuple[Planes, datetime, float] | None = None
        self._is_closed = False

    @property
    def status(self) -> SourceStatus:
        """See `Source`."""
        return self._book.snapshot()

    def push(self, picture: UInt8Array | Planes) -> None:
        """Hand in a picture: RGB `uint8 [height, width, 3]`, or planes. A waiting older one is dropped."""
        planes = RgbPlanes(picture) if isinstance(picture, np.ndarray) else picture
        with self._changed:
            arrived = self._clock.monotonic()
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
        self._book.connected()
        try:
            while (taken := self._taken()) is not None:
                yield self._framing.given(*taken)
        finally:
            self._book.state = "closed"

    def _taken(self) -> tuple[Planes, datetime, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._slot is not None)
            taken, self._slot = self._slot, None
            return None if self._is_closed else taken
