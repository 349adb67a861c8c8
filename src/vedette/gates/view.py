"""One camera's picture at one size: where samples are taken, which are masked, and the learnt scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vedette.gates.background_settings import BackgroundGateSettings
from vedette.gates.lighting import is_structure_kept, light_change
from vedette.gates.regions import dense, regions
from vedette.gates.sampling import SampleGrid
from vedette.gates.scene import Scene, Tempo
from vedette.values.frame import Frame, UInt8Array
from vedette.values.geometry import Box, Polygon

_ADAPT_EVERY_SECONDS = 0.5
_ADAPT_STILL_EVERY_SECONDS = 1.0
"""Where nothing moves: this is what keeps the idle cost down."""
_LONGEST_GAP_SECONDS = 2.0
"""A longer gap between frames tells nothing of what happened in it: no more is learnt from it."""
_FEWEST_PICTURES = 5
"""The scene's noise cannot be told from fewer, however slowly they come."""
_SPECKS = 0.00025
"""Share that differs on any frame: noise, and not worth a word."""
_WHOLE_PICTURE = 0.5
"""Share that must differ before it may be the light or the camera instead of something large."""
_RELEARN_SECONDS = 0.5
_ALL = slice(None)
_FIELDS = (slice(0, None, 2), slice(1, None, 2))
"""Even and odd lines of samples."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame shows beside the scene; `energy` is the largest group's share of what is watched."""

    kind: Literal["learning", "lighting", "still", "small", "moving"]
    energy: float = 0.0
    boxes: tuple[Box, ...] = ()


class View:
    """Tells what moves in frames of one size."""

    def __init__(self, frame: Frame, settings: BackgroundGateSettings) -> None:
        self.size = (frame.width, frame.height)
        self._grid = SampleGrid.over(*self.size, settings.samples_across)
        self._picture = np.empty(self._grid.shape, np.uint8)
        self._fields = _FIELDS if self._grid.shape[0] > 1 else (_ALL, _ALL)
        self._is_seen = _unmasked(settings, self._grid.shape)
        self._watched = max(1, int(self._is_seen.sum()))
        self._fewest = settings.minimum_area * self._watched
        self._tempo = Tempo(
            settings.contrast,
            settings.noise_factor,
            settings.adapt_seconds,
            settings.forget_seconds,
            settings.absorb_seconds,
            settings.sway_seconds,
        )
        self._begin(self._grid.take(frame.luma, self._picture), frame.monotonic_seconds)
        self._learn(settings.learn_seconds, "learning")

    def look(self, frame: Frame) -> Sight:
        """Compare the frame with the scene, and learn from it."""
        now = frame.monotonic_seconds
        if self._was_quiet and not self._is_adapting_due(now):
            seen = self._glance(frame)
            if seen is not None:
                return seen
        self._grid.take(frame.luma, self._picture)
        if self._is_learning(now):
            self._scene.learn(self._picture)
            self._adapted_at = now
            return Sight(self._learning)
        count = self._scene.count_differing(self._picture, _ALL)
        if count < self._fewest:
            return self._quiet(now, count, None)
        moving = dense(self._scene.differing(self._picture))
        count = cv2.countNonZero(moving)
        return self._quiet(now, count, moving) if count < self._fewest else self._examine(now, moving)

    def _glance(self, frame: Frame) -> Sight | None:
        """Every other line, and the others at the next frame: enough to see that nothing moves."""
        field, later = self._fields
        self._fields = later, field
        self._grid.take(frame.luma, self._picture, field)
        count = 2 * self._scene.count_differing(self._picture, field)
        return self._still(count) if 2 * count < self._fewest else None

    def _quiet(self, now: float, count: int, moving: UInt8Array | None) -> Sight:
        """All that differs together is too small to be anything."""
        self._adapt(now, moving)
        self._was_quiet = True
        return self._still(count)

    def _still(self, count: int) -> Sight:
        energy = count / self._watched
        return Sight("still" if energy < _SPECKS else "small", energy)

    def _examine(self, now: float, moving: UInt8Array) -> Sight:
        """Enough differs. The cases, first match wins.

        1. The light changed along a line: the scene follows it, and what still differs is judged.
        2. Most of the picture differs and its structure stayed: the light or the camera; learn anew.
        3. A group is large enough: it moves.
        """
        self._was_quiet = False
        change = light_change(self._scene.background, self._picture, self._is_seen)
        if change is not None:
            self._scene.relight(change)
            moving = dense(self._scene.differing(self._picture))
        if self._is_whole_picture(moving) and is_structure_kept(self._scene.background, self._picture):
            self._begin(self._picture, now)
            self._learn(_RELEARN_SECONDS, "lighting")
            return Sight("lighting", 1.0)
        found = regions(moving, self._grid)
        self._adapt(now, moving)
        largest = found.areas[0] if found.areas else 0
        if largest >= self._fewest:
            return Sight("moving", largest / self._watched, self._large_enough(found.areas, found.boxes))
        return Sight("small" if change is None else "lighting", largest / self._watched)

    def _large_enough(self, areas: tuple[int, ...], boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        return tuple(box for area, box in zip(areas, boxes, strict=True) if area >= self._fewest)

    def _is_whole_picture(self, moving: UInt8Array) -> bool:
        return cv2.countNonZero(moving) > _WHOLE_PICTURE * self._watched

    def _begin(self, picture: UInt8Array, now: float) -> None:
        self._scene = Scene(picture, ~self._is_seen, self._tempo)
        self._began_at = self._adapted_at = now
        self._was_quiet = False

    def _learn(self, seconds: float, kind: Literal["learning", "lighting"]) -> None:
        self._learn_seconds = seconds
        self._learning = kind

    def _is_learning(self, now: float) -> bool:
        seconds = abs(now - self._began_at)
        return seconds < self._learn_seconds or self._scene.pictures < _FEWEST_PICTURES

    def _is_adapting_due(self, now: float) -> bool:
        every = _ADAPT_STILL_EVERY_SECONDS if self._was_quiet else _ADAPT_EVERY_SECONDS
        return abs(now - self._adapted_at) >= every

    def _adapt(self, now: float, moving: UInt8Array | None) -> None:
        if self._is_adapting_due(now):
            seconds = min(abs(now - self._adapted_at), _LONGEST_GAP_SECONDS)
            self._scene.adapt(self._picture, seconds, moving)
            self._adapted_at = now


def _unmasked(settings: BackgroundGateSettings, shape: tuple[int, int]) -> np.ndarray:
    is_seen = np.ones(shape, np.bool_)
    for corners in settings.masks:
        is_seen &= ~Polygon(corners).raster(shape[1], shape[0])
    return is_seen
