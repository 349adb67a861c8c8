"""Each camera's newest frame and verdicts, for whoever wants to look at this moment."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.values.frame import Frame
from vedette.values.observation import RuleVerdict
from vedette.values.trail import Trail

_RATE_SECONDS = 2.0
"""Frames a second are counted over at least so long."""


class Newest:
    """A watcher of every camera loop. It holds one frame a camera, and no lock: any thread may ask."""

    def __init__(self) -> None:
        self._trails: dict[str, Trail] = {}
        self._verdicts: dict[str, tuple[RuleVerdict, ...]] = {}
        self._counted: dict[str, tuple[int, float]] = {}
        self._rates: dict[str, float] = {}

    def __call__(self, trail: Trail) -> None:
        """See `Watcher`."""
        camera = trail.frame.camera
        self._trails[camera] = trail
        if trail.verdicts:
            self._verdicts[camera] = trail.verdicts
        self._count(camera, trail.frame.monotonic_seconds)

    def frame(self, camera: str) -> Frame | None:
        """The frame that passed through last."""
        trail = self._trails.get(camera)
        return None if trail is None else trail.frame

    def verdicts(self, camera: str) -> Sequence[RuleVerdict]:
        """Every rule's state after the last frame that was judged."""
        return self._verdicts.get(camera, ())

    def frames_per_second(self, camera: str) -> float | None:
        """Of the frames that were handed on, by their own time; None until it is known."""
        return self._rates.get(camera)

    def forget(self, camera: str) -> None:
        """The camera is gone."""
        for known in (self._trails, self._verdicts, self._counted, self._rates):
            known.pop(camera, None)

    def _count(self, camera: str, now: float) -> None:
        frames, since = self._counted.get(camera, (0, now))
        passed = now - since
        if 0 <= passed < _RATE_SECONDS:
            self._counted[camera] = (frames + 1, since)
            return
        if passed > 0:
            self._rates[camera] = frames / passed
        self._counted[camera] = (1, now)
