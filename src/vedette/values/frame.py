"""One picture of one camera, with its own time, in the planes that the decoder gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vedette.values.geometry import WHOLE_FRAME, Box

UInt8Array = npt.NDArray[np.uint8]


class Planes(Protocol):
    """Pixels as they came; converted only when somebody asks."""

    @property
    def luma(self) -> UInt8Array:
        """`uint8 [height, width]`, a view where the decoder allows it. Never written to."""
        ...

    def rgb(self, size: tuple[int, int] | None, crop: Box) -> UInt8Array:
        """`uint8 [height, width, 3]` of the crop; `size` is (width, height), None keeps the crop's own."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one camera.

    `captured_at` is the wall clock in UTC. `monotonic_seconds` is the frame's own time: it grows
    with the picture, whatever the wall clock does, and is what ageing, debouncing and speed use.
    """

    camera: str
    sequence: int
    captured_at: datetime
    monotonic_seconds: float
    width: int
    height: int
    planes: Planes

    @property
    def luma(self) -> UInt8Array:
        """`uint8 [height, width]`; read only."""
        return self.planes.luma

    def rgb(self, size: tuple[int, int] | None = None, crop: Box = WHOLE_FRAME) -> UInt8Array:
        """RGB of `crop` at `size` (width, height), averaged by area when it shrinks."""
        return self.planes.rgb(size, crop)
