"""Synthetic footage: a scene, what happens in it, and frames at any rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import Box

START = datetime(2026, 1, 1, tzinfo=UTC)
Painter = Callable[[float], UInt8Array]
"""Luma `[height, width]` at a second."""


class LumaPlanes:
    """Planes with nothing but a luma: a gate asks for no colour."""

    def __init__(self, luma: UInt8Array) -> None:
        self.luma = luma

    def rgb(self, size: tuple[int, int] | None, crop: Box) -> UInt8Array:
        raise AssertionError("a gate converts no pixel")


def frame(luma: UInt8Array, seconds: float) -> Frame:
    height, width = luma.shape
    luma.flags.writeable = False
    return Frame("test", 0, START + timedelta(seconds=seconds), seconds, width, height, LumaPlanes(luma))


def frames(paint: Painter, seconds: float, rate: float = 15.0, since: float = 0.0) -> Iterator[Frame]:
    """What `paint` shows from `since` on, for `seconds`, at `rate` a second."""
    for number in range(round(seconds * rate)):
        now = since + number / rate
        yield frame(paint(now), now)


def texture(width: int = 640, height: int = 360, seed: int = 1) -> UInt8Array:
    """A garden of sorts: patches of many sizes, 40..200 grey levels."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for size in (8, 20, 60):
        coarse = generator.random((height // size + 2, width // size + 2))
        total += np.kron(coarse, np.ones((size, size)))[:height, :width]
    return (40 + 160 * total / 3).astype(np.uint8)


def noisy(picture: UInt8Array, deviation: float, generator: np.random.Generator) -> UInt8Array:
    return np.clip(picture + generator.normal(0, deviation, picture.shape), 0, 255).astype(np.uint8)


def with_square(picture: UInt8Array, centre: tuple[float, float], size: int, grey: int) -> UInt8Array:
    """A square of `size` pixels around `centre` (shares of width and height)."""
    height, width = picture.shape
    left, top = int(centre[0] * width - size / 2), int(centre[1] * height - size / 2)
    painted = picture.copy()
    painted[max(0, top) : max(0, top + size), max(0, left) : max(0, left + size)] = grey
    return painted
