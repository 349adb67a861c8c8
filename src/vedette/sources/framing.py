"""Makes a camera's frames: name, number, times, planes turned upright."""

from __future__ import annotations

from datetime import datetime

from av import VideoFrame

from vedette.pixels.planes import RgbPlanes
from vedette.sources.orientation import turned
from vedette.sources.planes import planes_of
from vedette.sources.status import StatusBook
from vedette.values.frame import Frame, Planes


class Framing:
    """One camera's frames, numbered in its book. `rotation` in degrees clockwise."""

    def __init__(self, name: str, rotation: int, book: StatusBook) -> None:
        self._name = name
        self._rotation = rotation
        self._book = book

    def decoded(self, picture: VideoFrame, captured_at: datetime, seconds: float) -> Frame:
        """A frame of a decoder's picture, turned upright as the stream says (telephones) as well."""
        # PyAV counts counter-clockwise.
        rotation = (self._rotation - picture.rotation) % 360
        size = (picture.width, picture.height)
        return self._frame(
            turned(planes_of(picture), rotation), _turned_size(size, rotation), captured_at, seconds
        )

    def given(self, planes: Planes, captured_at: datetime, seconds: float) -> Frame:
        """A frame of planes that somebody else made."""
        pixels = planes.pixels if isinstance(planes, RgbPlanes) else planes.luma
        size = (pixels.shape[1], pixels.shape[0])
        turn = self._rotation
        return self._frame(turned(planes, turn), _turned_size(size, turn), captured_at, seconds)

    def _frame(self, planes: Planes, size: tuple[int, int], captured_at: datetime, seconds: float) -> Frame:
        sequence = self._book.delivered(seconds)
        return Frame(self._name, sequence, captured_at, seconds, size[0], size[1], planes)


def _turned_size(size: tuple[int, int], rotation: int) -> tuple[int, int]:
    return size if rotation % 180 == 0 else (size[1], size[0])
