"""What a scene looks like when nothing happens: a mean and a noise for every sample.

An exponentially weighted mean and mean absolute deviation (a one-mode simplification of Stauffer
and Grimson 1999), with weights from the frames' own time, never from their number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vedette.values.frame import UInt8Array

_NOISE_AT_FIRST = 3.0
"""Grey levels of mean absolute deviation before anything was measured: a cheap sensor by day."""
_NEIGHBOURHOOD = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How the scene learns; seconds are time constants, `contrast` is in grey levels of 0..255."""

    contrast: float
    noise_factor: float
    adapt_seconds: float
    absorb_seconds: float
    sway_seconds: float


class Scene:
    """The learnt scene, and how a picture differs from it. Pictures are `uint8 [lines, columns]`."""

    def __init__(self, first: UInt8Array, masked: np.ndarray, tempo: Tempo) -> None:
        self._tempo = tempo
        self._never = np.where(masked, 255, 0).astype(np.uint8)
        self._mean = first.astype(np.float32)
        self._noise = np.full(first.shape, _NOISE_AT_FIRST, np.float32)
        self._background = first.copy()
        self._tolerance = np.empty_like(first)
        self._difference = np.zeros_like(first)
        self._excess = np.zeros_like(first)
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

    @property
    def tolerance(self) -> UInt8Array:
        """The difference that is noise at each sample; 255 where masked. Read only."""
        return self._tolerance

    def compare(self, picture: UInt8Array) -> UInt8Array:
        """By how much each sample differs beyond its noise, 0 for not; overwritten by the next call."""
        cv2.absdiff(picture, self._background, dst=self._difference)
        return cv2.subtract(self._difference, self._tolerance, dst=self._excess)  # type: ignore[return-value]

    def learn(self, picture: UInt8Array) -> None:
        """Every picture counts the same: for the first moments."""
        self._pictures += 1
        self.compare(picture)
        self._accumulate(picture, 1.0 / self._pictures, None)
        self._refresh()

    def adapt(self, picture: UInt8Array, seconds: float, moving: UInt8Array | None) -> None:
        """Follow slow changes; `picture` was compared last, `seconds` after the one adapted to before.

        What moves (255 in `moving`) is learnt apart: as noise when it sways on one spot, as part of
        the scene when it stands still.
        """
        tempo = self._tempo
        if moving is None:
            self._accumulate(picture, _weight(seconds, tempo.adapt_seconds), None)
            self._still_seconds.fill(0)
        else:
            self._accumulate(picture, _weight(seconds, tempo.adapt_seconds), cv2.bitwise_not(moving))
            self._accumulate(picture, _weight(seconds, tempo.sway_seconds), moving)
            self._absorb(picture, seconds, moving)
        np.copyto(self._previous, picture)
        self._refresh()

    def relight(self, gain: float, offset: float) -> None:
        """The whole picture became `gain` times as bright, and `offset` grey levels brighter."""
        self._mean *= gain
        self._mean += offset
        self._noise *= max(gain, 1.0)
        self._refresh()

    def _accumulate(self, picture: UInt8Array, weight: float, where: np.ndarray | None) -> None:
        cv2.accumulateWeighted(picture, self._mean, weight, mask=where)
        cv2.accumulateWeighted(self._difference, self._noise, weight, mask=where)

    def _absorb(self, picture: UInt8Array, seconds: float, moving: UInt8Array) -> None:
        is_still = (cv2.absdiff(picture, self._previous) < self._tempo.contrast) & (moving > 0)
        self._still_seconds += seconds
        self._still_seconds *= is_still
        absorbed = self._still_seconds >= self._tempo.absorb_seconds
        self._mean[absorbed] = picture[absorbed]
        self._still_seconds[absorbed] = 0

    def _refresh(self) -> None:
        """What sways may sway a little further: a sample is as noisy as its noisiest neighbour."""
        cv2.convertScaleAbs(self._mean, dst=self._background)
        cv2.convertScaleAbs(
            self._noise, dst=self._tolerance, alpha=self._tempo.noise_factor, beta=self._tempo.contrast
        )
        cv2.dilate(self._tolerance, _NEIGHBOURHOOD, dst=self._tolerance)
        cv2.max(self._tolerance, self._never, dst=self._tolerance)


def _weight(seconds: float, time_constant: float) -> float:
    return -math.expm1(-seconds / time_constant)
