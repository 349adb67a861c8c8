"""Events' pictures at a small size, for grids: scaled once, and kept for whoever asks next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import cv2

from vedette.errors import PictureError
from vedette.pixels.header import picture_size
from vedette.pixels.picture import MAXIMUM_BYTES, decode_picture, encode_jpeg
from vedette.web.limits import Limits
from vedette.web.worker import Worker

_QUALITY = 80
_KEPT_BYTES = 8 * 2**20
_WAITING = 64
"""A grid asks for six at a time, and several may look."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A JPEG. `tag` differs for every content and width, quoted as ETag wants it."""

    jpeg: bytes
    tag: str


class Thumbnails:
    """Scales in a thread of its own, so that lists do not wait for pictures."""

    def __init__(self, limits: Limits) -> None:
        self._worker = Worker(replace(limits, waiting=_WAITING), "pictures of events")
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._turn = threading.Lock()

    async def get(self, data: bytes, tag: str, width: int) -> Thumbnail:
        """The picture `data`, whose tag is `tag`, at that width; never enlarged.

        Raises:
            PictureError: it is none, or damaged.
            Refusal: 503, too many wait already.
        """
        own = small_tag(tag, width)
        with self._turn:
            known = self._kept.get(own)
            if known is not None:
                self._kept.move_to_end(own)
        if known is None:
            known = await self._worker.run(lambda: scaled(data, width))
            self._keep(own, known)
        return Thumbnail(known, own)

    def close(self) -> None:
        """Scale no more."""
        self._worker.close()

    def _keep(self, tag: str, jpeg: bytes) -> None:
        with self._turn:
            if tag not in self._kept:
                self._kept[tag] = jpeg
                self._kept_bytes += len(jpeg)
            while self._kept_bytes > _KEPT_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])


def small_tag(tag: str, width: int) -> str:
    """The tag of a picture's small version."""
    return f'{tag.removesuffix(chr(34))}-{width}"'


def scaled(data: bytes, width: int) -> bytes:
    """A JPEG at that width, scaled as far as that goes while it is decoded; never enlarged.

    Raises:
        PictureError: no picture, a damaged one, or one that is too large.
    """
    size = picture_size(data)
    if size is None or len(data) > MAXIMUM_BYTES:
        raise PictureError("the file is no picture.")
    if size[0] <= width:
        return data
    # A picture that EXIF turns is decoded upright: the shorter side says how far the decoder may go.
    shorter = min(width, max(1, round(size[1] * width / size[0])))
    pixels = decode_picture(data, (shorter, shorter))
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    return encode_jpeg(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), _QUALITY)  # type: ignore[arg-type]
