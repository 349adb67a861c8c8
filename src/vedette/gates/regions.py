"""From samples that differ to groups that move: lone samples are noise, near ones belong together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vedette.gates.sampling import SampleGrid
from vedette.values.frame import UInt8Array
from vedette.values.geometry import Box

_MOST_BOXES = 16
_DENSE = 113
"""Four of a sample's 3 x 3 neighbours, itself included, differ: 4 / 9 of 255."""
_REACH = 4
"""Samples by which groups are grown to find those that are near: gaps of up to 8 are bridged."""
_MARGIN = 1
"""Samples around a group that its box includes, as an edge lies somewhere between two samples."""
_NEAR = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)


@dataclass(frozen=True, slots=True)
class Regions:
    """Groups, largest first; `areas` in samples."""

    areas: tuple[int, ...]
    boxes: tuple[Box, ...]


def dense(differing: UInt8Array) -> UInt8Array:
    """255 where samples that differ (non-zero) lie close together, 0 elsewhere."""
    share = cv2.boxFilter(cv2.compare(differing, 0, cv2.CMP_GT), -1, (3, 3))
    return cv2.compare(share, _DENSE, cv2.CMP_GE)  # type: ignore[return-value]


def regions(moving: UInt8Array, grid: SampleGrid) -> Regions:
    """Groups of a `dense` picture, with the boxes of the largest sixteen."""
    grown = cv2.dilate(moving, _NEAR)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    areas = np.bincount(labels[moving > 0], minlength=count)
    order = np.argsort(areas[1:], kind="stable")[::-1][:_MOST_BOXES] + 1
    return Regions(
        tuple(int(areas[group]) for group in order),
        tuple(_box(statistics[group], grid) for group in order),
    )


def _box(statistics: np.ndarray, grid: SampleGrid) -> Box:
    left, top, width, height = (int(value) for value in statistics[:4])
    lines, columns = grid.shape
    shrink = _REACH - _MARGIN
    right, bottom = left + width, top + height
    return grid.box(
        left + shrink if left > 0 else 0,
        top + shrink if top > 0 else 0,
        right - shrink if right < columns else columns,
        bottom - shrink if bottom < lines else lines,
    )
