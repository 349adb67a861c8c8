"""What clips are made of: a camera's own packets, or pictures of one that has none a browser plays."""

from __future__ import annotations

from vedette.events.clip_frames import FrameReels
from vedette.events.clip_reel import Reel
from vedette.sources.protocol import Source
from vedette.values.trail import Trail


class Reels:
    """Every camera's reel at this moment. Some sources know only once they are connected."""

    def __init__(self, pictures: FrameReels) -> None:
        self._pictures = pictures
        self._sources: dict[str, Source] = {}

    def of(self, camera: str) -> Reel | None:
        """The camera's reel; None for one that has given no frame."""
        source = self._sources.get(camera)
        if source is None:
            return None
        return source.packets or self._pictures.of(camera)

    def watch(self, source: Source, trail: Trail) -> None:
        """A frame of this source has passed: it is its camera's now. Without packets, it is a picture."""
        camera = trail.frame.camera
        if self._sources.get(camera) is not source:
            self._sources[camera] = source
        if source.packets is None:
            self._pictures.of(camera)
            self._pictures.offer(trail.frame)

    def forget(self, camera: str) -> None:
        """The camera is gone."""
        self._sources.pop(camera, None)
        self._pictures.forget(camera)
