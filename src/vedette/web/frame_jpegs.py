"""The newest frame as JPEG: encoded once for each width, whoever asks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vedette.pipeline.newest import Newest
from vedette.pixels.picture import encode_jpeg
from vedette.values.frame import Frame

_QUALITY = 80
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Encoded:
    """A frame's JPEG. `tag` differs for every frame and width."""

    frame: Frame
    jpeg: bytes
    tag: str


class FrameJpegs:
    """Encodes in a thread of its own; used on one event loop."""

    def __init__(self, newest: Newest) -> None:
        self._newest = newest
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="web: previews")
        self._encoded: OrderedDict[tuple[str, int | None], tuple[str, asyncio.Future[Encoded]]] = (
            OrderedDict()
        )

    def tag(self, camera: str, width: int | None) -> str | None:
        """The tag of what `get` would give; None before the camera's first frame."""
        frame = self._newest.frame(camera)
        return None if frame is None else _tag(frame, width)

    async def get(self, camera: str, width: int | None) -> Encoded | None:
        """The newest frame at that width, never enlarged; None before the camera's first frame."""
        frame = self._newest.frame(camera)
        if frame is None:
            return None
        tag = _tag(frame, width)
        known = self._encoded.get((camera, width))
        if known is None or known[0] != tag:
            known = tag, self._begin(frame, width, tag)
            self._encoded[camera, width] = known
            self._encoded.move_to_end((camera, width))
            if len(self._encoded) > _KEPT:
                self._encoded.popitem(last=False)
        # One who leaves must not take the picture away from the others.
        return await asyncio.shield(known[1])

    def close(self) -> None:
        """Encode no more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _begin(self, frame: Frame, width: int | None, tag: str) -> asyncio.Future[Encoded]:
        def encode() -> Encoded:
            return Encoded(frame, encode_jpeg(frame.rgb(_size(frame, width)), _QUALITY), tag)

        return asyncio.get_running_loop().run_in_executor(self._executor, encode)


def _size(frame: Frame, width: int | None) -> tuple[int, int] | None:
    if width is None or width >= frame.width:
        return None
    return width, max(1, round(frame.height * width / frame.width))


def _tag(frame: Frame, width: int | None) -> str:
    microseconds = int(frame.captured_at.timestamp() * 1e6)
    return f'"{frame.sequence:x}-{microseconds:x}-{width or frame.width}"'
