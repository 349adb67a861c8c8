"""What is supervised: a camera's task, and the run that it builds each time anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vedette.pipeline.pulse import Pulse
from vedette.sources.protocol import Source


class CameraRun(Protocol):
    """One camera's loop, good for one run; `CameraLoop` is one."""

    @property
    def pulse(self) -> Pulse:
        """Where it is; may be read from any thread."""
        ...

    @property
    def source(self) -> Source:
        """Where its frames come from."""
        ...

    def run(self) -> None:
        """To the source's end, in the caller's thread."""
        ...

    def stop(self) -> None:
        """Ask it to end, from any thread. Must not block."""
        ...

    def abandon(self, reason: str) -> None:
        """It hangs: close its events for this reason and let nothing that it still does have an effect."""
        ...


@dataclass(frozen=True, slots=True)
class CameraTask:
    """How one camera is watched.

    `build` makes source, loop and all between anew, in the camera's own thread. `first` is a run that
    is built already, so that what is wrong with it was said before anything started. A source that
    is connected and whose status does not change for `silence_seconds` is taken for stuck; None for
    one that may be silent for ever, because others push its pictures.
    """

    name: str
    build: Callable[[], CameraRun]
    first: CameraRun | None = None
    silence_seconds: float | None = 30.0
