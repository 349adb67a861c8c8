"""Cameras to keep alive: loops that do as they are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.pipeline.pulse import Pulse
from vedette.sources.protocol import SourceStatus

PATIENCE_SECONDS = 60.0


def until(claim: Callable[[], object]) -> None:
    """Wait until the claim holds; generous, because the machine may be busy."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.001)


class Hands:
    """A clock that stands until it is moved on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class StillSource:
    """A source of nothing, that says what it was told to say."""

    name: str = "door"
    is_live: bool = True
    is_endless: bool = True
    status: SourceStatus = field(default_factory=lambda: SourceStatus("connected"))
    packets: None = None

    def frames(self):
        return iter(())

    def close(self) -> None:
        """Nothing is open."""


class Run:
    """A camera's loop that goes on until it is stopped, or `does` something else."""

    def __init__(
        self,
        does: Callable[[Run], object] | None = None,
        *,
        is_live: bool = True,
        is_endless: bool | None = None,
    ) -> None:
        self.pulse = Pulse()
        self.source = StillSource(is_live=is_live, is_endless=is_live if is_endless is None else is_endless)
        self.begun, self.stopped = threading.Event(), threading.Event()
        self.abandoned: list[str] = []
        self._does = does or (lambda run: run.stopped.wait(PATIENCE_SECONDS))

    def run(self) -> None:
        self.begun.set()
        self._does(self)

    def stop(self) -> None:
        self.stopped.set()

    def abandon(self, reason: str) -> None:
        self.abandoned.append(reason)
