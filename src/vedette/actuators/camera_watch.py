"""Whether one camera's frames come and its looks are served, as one actuator asks it."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.values.observation import Looked
from vedette.values.trail import Trail


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a camera cannot be relied on, and since when; frames from before then decide nothing."""

    reason: str
    at: float


class CameraWatch:
    """Told of every frame and asked now and then; a trouble is told when it begins.

    A frame's age is what the pipeline needed for it (`Trail.seconds`): a live source drops what was late
    before, and neither the wall clock nor the frame's own time says how late it is for every source.
    `now` is this machine's monotonic clock, in seconds.
    """

    def __init__(self, camera: str, freshness_seconds: float, overload_seconds: float, now: float) -> None:
        self._camera = camera
        self._freshness = freshness_seconds
        self._overload = overload_seconds
        self._arrived_at = now
        self._frame_seconds: float | None = None
        self._is_lost = False
        self._unserved: dict[str, float] = {}
        self._is_overloaded = False

    def passed(self, trail: Trail, classifiers: frozenset[str], now: float) -> Loss | None:
        """A frame has passed through; only these classifiers' looks matter."""
        loss = self.check(now) or self._began_anew(trail)
        if self.is_fresh(trail):
            self._arrived_at = now
            self._is_lost = False
        else:
            self._is_lost = True
            loss = Loss(f"camera {self._camera}: a frame took {trail.seconds:.1f} s to be judged", now)
        self._frame_seconds = trail.frame.monotonic_seconds
        for classifier in classifiers & trail.observations.keys():
            seen = trail.observations[classifier]
            if isinstance(seen, Looked):
                self._unserved.pop(classifier, None)
            elif seen.was_wanted:
                self._unserved.setdefault(classifier, now)
        self._is_overloaded = self._is_overloaded and bool(self._unserved)
        return loss

    def is_fresh(self, trail: Trail) -> bool:
        """It tells what is there now."""
        return trail.seconds <= self._freshness

    def check(self, now: float) -> Loss | None:
        """What has gone wrong since the last time that it was asked."""
        if not self._is_lost and now - self._arrived_at > self._freshness:
            self._is_lost = True
            since = self._arrived_at + self._freshness
            return Loss(f"camera {self._camera}: no frame for {self._freshness:g} s", since)
        if not self._is_overloaded and self._unserved:
            since = min(self._unserved.values()) + self._overload
            if now >= since:
                self._is_overloaded = True
                return Loss(
                    f"camera {self._camera}: a look was due, and no network looked for {self._overload:g} s",
                    since,
                )
        return None

    def _began_anew(self, trail: Trail) -> Loss | None:
        last = self._frame_seconds
        if last is None or trail.frame.monotonic_seconds >= last:
            return None
        return Loss(f"camera {self._camera}: its time began anew", self._arrived_at)
