"""Boxes and polygons, normalized to 0..1 of the full frame: x to the right, y downwards."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in 0..1 of the full frame.

    Raises:
        ValueError: an edge outside 0..1, or a box without area.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        edges = (self.left, self.top, self.right, self.bottom)
        if not all(math.isfinite(edge) and 0.0 <= edge <= 1.0 for edge in edges):
            raise ValueError(f"box edges must lie in 0..1, got {edges}")
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError(f"box must have left < right and top < bottom, got {edges}")

    @property
    def width(self) -> float:
        """Share of the frame's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Share of the frame's height."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Share of the frame's area."""
        return self.width * self.height

    def intersection_over_union(self, other: Box) -> float:
        """Overlap in 0..1: 1 for equal boxes, 0 for disjoint ones."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        overlap = max(0.0, width) * max(0.0, height)
        return overlap / (self.area + other.area - overlap)

    def enclosing(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def to_pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Whole pixels (left, top, right, bottom) of a `width` x `height` picture, never empty."""
        left = min(int(self.left * width), width - 1)
        top = min(int(self.top * height), height - 1)
        right = max(left + 1, math.ceil(self.right * width))
        bottom = max(top + 1, math.ceil(self.bottom * height))
        return left, top, min(right, width), min(bottom, height)


WHOLE_FRAME = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon of at least three corners (x, y) in 0..1 of the full frame.

    Raises:
        ValueError: fewer than three corners, or one outside 0..1.
    """

    corners: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise ValueError(f"a polygon needs at least 3 corners, got {len(self.corners)}")
        if not all(0.0 <= value <= 1.0 for corner in self.corners for value in corner):
            raise ValueError(f"polygon corners must lie in 0..1, got {self.corners}")

    def raster(self, width: int, height: int) -> npt.NDArray[np.bool_]:
        """`bool [height, width]`, true where a pixel's centre is inside (even-odd rule)."""
        x = (np.arange(width) + 0.5) / width
        y = ((np.arange(height) + 0.5) / height)[:, None]
        inside = np.zeros((height, width), dtype=np.bool_)
        following = self.corners[1:] + self.corners[:1]
        for (x1, y1), (x2, y2) in zip(self.corners, following, strict=True):
            spans = (y1 <= y) != (y2 <= y)
            if not spans.any():
                continue
            inside ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        return inside
