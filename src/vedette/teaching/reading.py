"""From a picture's bytes to what the embedder sees of its region, and how long each step took."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from vedette.errors import PictureError
from vedette.pixels.picture import MAXIMUM_BYTES, decode_picture
from vedette.pixels.planes import RgbPlanes
from vedette.values.frame import UInt8Array
from vedette.values.geometry import Box

_AHEAD = 8
"""So many pictures are decoded before they are asked for; of 12 megapixels, 36 MB each at most."""


class Stopwatch:
    """Seconds by stage, in the order in which the stages were first entered."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what happens inside to the stage's time."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def picture_bytes(path: Path) -> bytes:
    """A file's bytes, unless they are too many for a picture.

    Raises:
        PictureError: it cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise PictureError(f"{path}: over the limit of {MAXIMUM_BYTES // 2**20} MB.", "Make it smaller.")
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: {(error.strerror or str(error)).lower()}.") from error


def region_pixels(
    data: bytes, name: str, size: tuple[int, int], region: Box, stopwatch: Stopwatch | None = None
) -> UInt8Array:
    """`uint8 [height, width, 3]` of the region at `size` (width, height).

    Decoding may shrink the picture, as long as the region stays at least that large.

    Raises:
        PictureError: not a picture, or one that may not be opened.
    """
    stopwatch = stopwatch or Stopwatch()
    at_least = (math.ceil(size[0] / region.width), math.ceil(size[1] / region.height))
    with stopwatch.stage("read"):
        pixels = decode_picture(data, at_least, name=name)
    with stopwatch.stage("resize"):
        return RgbPlanes(pixels).rgb(size, region)


def regions_ahead(
    pictures: Sequence[tuple[str, Path]], size: tuple[int, int], region: Box
) -> Iterator[UInt8Array]:
    """`region_pixels` of each (name, file), in order; two threads decode while the caller is busy.

    Raises:
        PictureError: at the first that cannot be read.
    """

    def read(name: str, path: Path) -> UInt8Array:
        return region_pixels(picture_bytes(path), name, size, region)

    with ThreadPoolExecutor(2, "decoding") as pool:
        begun: deque[Future[UInt8Array]] = deque()
        waiting = iter(pictures)
        try:
            while True:
                begun.extend(pool.submit(read, *each) for each in islice(waiting, _AHEAD - len(begun)))
                if not begun:
                    return
                yield begun.popleft().result()
        finally:
            for each in begun:
                each.cancel()
