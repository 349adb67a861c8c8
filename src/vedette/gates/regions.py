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

    areas: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()


def dense(differing: UInt8Array) -> UInt8Array:
    """255 where samples that differ (255) lie close together, 0 elsewhere (0 there too)."""
    share = cv2.boxFilter(differing, -1, (3, 3), borderType=cv2.BORDER_CONSTANT)
    return np.greater_equal(share, _DENSE).view(np.uint8) * np.uint8(255)


def regions(moving: UInt8Array, grid: SampleGrid) -> Regions:
    """Groups of a `dense` picture; the largest sixteen."""
    left, top, width, height = cv2.boundingRect(moving)
    if width == 0:
        return Regions()
    left, top = max(0, left - _REACH), max(0, top - _REACH)
    part = moving[top : top + height + 2 * _REACH, left : left + width + 2 * _REACH]
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(cv2.dilate(part, _NEAR), connectivity=8)
    areas = np.bincount(labels[part > 0], minlength=count)
    order = np.argsort(areas[1:], kind="stable")[::-1][:_MOST_BOXES] + 1
    return Regions(
        tuple(int(areas[group]) for group in order),
        tuple(_box(statistics[group], (left, top), grid) for group in order),
    )


def _box(statistics: np.ndarray, corner: tuple[int, int], grid: SampleGrid) -> Box:
    """A group's box, less what it was grown by; where it was grown beyond an edge, up to that edge."""
    left, top, width, height = (int(value) for value in statistics[:4])
    left, top = left + corner[0], top + corner[1]
    right, bottom = left + width, top + height
    lines, columns = grid.shape
    shrink = _REACH - _MARGIN
    return grid.box(
        left + shrink if left > 0 else 0,
        top + shrink if top > 0 else 0,
        right - shrink if right < columns else columns,
        bottom - shrink if bottom < lines else lines,
    )
