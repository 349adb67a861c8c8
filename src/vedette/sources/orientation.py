"""Turns pictures by quarters without touching a pixel that nobody asks for."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np

from vedette.values.frame import Planes, UInt8Array
from vedette.values.geometry import Box


class TurnedPlanes:
    """Planes turned clockwise by 90, 180 or 270 degrees.

    RGB is cut and shrunk first, and only what is left is turned.
    """

    def __init__(self, planes: Planes, rotation: int) -> None:
        self._planes = planes
        self._rotation = rotation

    @property
    def rotation(self) -> int:
        """How far they are turned, in degrees clockwise."""
        return self._rotation

    @cached_property
    def luma(self) -> UInt8Array:
        """See `vedette.values.frame.Planes`; a copy, made at the first call."""
        return self._turned(self._planes.luma)

    def rgb(self, size: tuple[int, int] | None, crop: Box) -> UInt8Array:
        """See `vedette.values.frame.Planes`."""
        if size is not None and self._rotation != 180:
            size = (size[1], size[0])
        return self._turned(self._planes.rgb(size, _before_turning(crop, self._rotation)))

    def _turned(self, pixels: UInt8Array) -> UInt8Array:
        # numpy turns counter-clockwise.
        return cast("UInt8Array", np.ascontiguousarray(np.rot90(pixels, -self._rotation // 90)))


def turned(planes: Planes, rotation: int) -> Planes:
    """`planes` turned clockwise by `rotation` degrees: a multiple of 90."""
    rotation %= 360
    return TurnedPlanes(planes, rotation) if rotation else planes


def _before_turning(crop: Box, rotation: int) -> Box:
    """Where the crop of the turned picture lies in the picture as it came."""
    if rotation == 90:
        return Box(crop.top, 1 - crop.right, crop.bottom, 1 - crop.left)
    if rotation == 180:
        return Box(1 - crop.right, 1 - crop.bottom, 1 - crop.left, 1 - crop.top)
    return Box(1 - crop.bottom, crop.left, 1 - crop.top, crop.right)
