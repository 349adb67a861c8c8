"""What a scene looks like when nothing happens: a mean and a noise for every sample.

An exponentially weighted mean and mean absolute deviation (a one-mode simplification of Stauffer
and Grimson 1999), with weights from the frames' own time, never from their number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vedette.gates.lighting import LightChange
from vedette.values.frame import UInt8Array

_NOISE_AT_FIRST = 3.0
"""Grey levels of mean absolute deviation before anything was measured: a cheap sensor by day."""
_NOISE_LAG = 3.0
"""How many times slower the noise grows than the mean follows: a lasting difference is not noise."""
_UNEVEN = 0.1
"""Share of a change of light by which single places differ from the rest."""
_NEIGHBOURHOOD = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How the scene learns; `contrast` is in grey levels of 0..255.

    `adapt_seconds` and `forget_seconds` are time constants: of the mean and of noise that grows, and
    of noise that fades. `sway_seconds` and `absorb_seconds` are how long it takes.
    """

    contrast: float
    noise_factor: float
    adapt_seconds: float
    forget_seconds: float
    absorb_seconds: float
    sway_seconds: float

    @property
    def sway_time_constant(self) -> float:
        """With it, noise times its factor reaches a steady difference after `sway_seconds`."""
        return self.sway_seconds / -math.log1p(-1.0 / max(self.noise_factor, 1.1))


class Scene:
    """The learnt scene, and how a picture differs from it. Pictures are `uint8 [lines, columns]`."""

    def __init__(self, first: UInt8Array, masked: np.ndarray, tempo: Tempo) -> None:
        self._tempo = tempo
        self._never = np.where(masked, 255, 0).astype(np.uint8)
        self._mean = first.astype(np.float32)
        self._noise = np.full(first.shape, _NOISE_AT_FIRST, np.float32)
        self._background = first.copy()
        self._lowest, self._highest = np.empty_like(first), np.empty_like(first)
        self._is_usual = np.empty_like(first)
        self._previous = first.copy()
        self._still_seconds = np.zeros(first.shape, np.float32)
        self._pictures = 1
        self._refresh()

    @property
    def pictures(self) -> int:
        """How many were learnt."""
        return self._pictures

    @property
    def background(self) -> UInt8Array:
        """The mean, rounded; read only."""
        return self._background

    def count_differing(self, picture: UInt8Array, every: slice) -> int:
        """How many samples differ beyond their noise, in `every` of the lines."""
        lines = picture[every]
        usual = cv2.inRange(lines, self._lowest[every], self._highest[every], dst=self._is_usual[every])
        return lines.size - cv2.countNonZero(usual)

    def differing(self, picture: UInt8Array) -> UInt8Array:
        """255 where a sample differs beyond its noise, 0 elsewhere."""
        return cv2.bitwise_not(cv2.inRange(picture, self._lowest, self._highest))  # type: ignore[return-value]

    def learn(self, picture: UInt8Array) -> None:
        """Every picture counts the same: for the first moments."""
        self._pictures += 1
        weight = 1.0 / self._pictures
        self._accumulate(picture, cv2.absdiff(picture, self._background), (weight, weight), None)
        self._refresh()

    def adapt(self, picture: UInt8Array, seconds: float, moving: UInt8Array | None) -> None:
        """Follow slow changes, `seconds` after the picture that was adapted to before.

        What moves (255 in `moving`) is learnt apart: as noise when it sways on one spot, as part of
        the scene when it stands still.
        """
        tempo = self._tempo
        remembered = self._noise * math.exp(-seconds / tempo.forget_seconds)
        stir = cv2.absdiff(picture, self._previous)
        noise = cv2.min(stir, cv2.absdiff(picture, self._background))
        quickly, slowly = (_weight(seconds, times * tempo.adapt_seconds) for times in (1.0, _NOISE_LAG))
        if moving is None:
            self._accumulate(picture, noise, (quickly, slowly), None)
            self._still_seconds.fill(0)
        else:
            is_still = cv2.inRange(stir, 0, tempo.contrast)
            swaying = _weight(seconds, tempo.sway_time_constant)
            self._accumulate(picture, noise, (quickly, slowly), cv2.bitwise_not(moving))
            self._accumulate(picture, noise, (swaying, swaying), cv2.subtract(moving, is_still))
            self._absorb(picture, seconds, moving, is_still)
        np.maximum(self._noise, remembered, out=self._noise)
        np.copyto(self._previous, picture)
        self._refresh()

    def relight(self, change: LightChange) -> None:
        """Follow a change of light. No lamp lights all alike: the noise grows by a share of the change."""
        shift = (change.gain - 1.0) * self._mean + change.offset
        self._mean += shift
        self._noise += _UNEVEN * np.abs(shift)
        self._refresh()

    def _accumulate(
        self, picture: UInt8Array, noise: np.ndarray, weights: tuple[float, float], where: np.ndarray | None
    ) -> None:
        cv2.accumulateWeighted(picture, self._mean, weights[0], mask=where)
        cv2.accumulateWeighted(noise, self._noise, weights[1], mask=where)

    def _absorb(self, picture: UInt8Array, seconds: float, moving: UInt8Array, still: np.ndarray) -> None:
        """Seconds of stillness add up while something is there, whether or not it stirs in between."""
        self._still_seconds[still > 0] += seconds
        self._still_seconds[moving == 0] = 0
        absorbed = self._still_seconds >= self._tempo.absorb_seconds
        self._mean[absorbed] = picture[absorbed]
        self._still_seconds[absorbed] = 0

    def _refresh(self) -> None:
        """What sways may sway a little further: a sample is as noisy as its noisiest neighbour."""
        cv2.convertScaleAbs(self._mean, dst=self._background)
        tolerance = cv2.convertScaleAbs(
            self._noise, alpha=self._tempo.noise_factor, beta=self._tempo.contrast
        )
        tolerance = cv2.max(cv2.dilate(tolerance, _NEIGHBOURHOOD), self._never)
        cv2.subtract(self._background, tolerance, dst=self._lowest)
        cv2.add(self._background, tolerance, dst=self._highest)


def _weight(seconds: float, time_constant: float) -> float:
    return -math.expm1(-seconds / time_constant)
