"""A change of light is not a movement: brightness follows one line, or the structure stays.

A camera that opens its aperture, a cloud and a lamp that is dimmed make every sample's value a
straight line of what it was. A lamp that is switched on and an infrared filter that swings in do
not, but edges stay where they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.values.frame import UInt8Array

_EVERY = 8
"""The line is fitted through every eighth sample of every eighth line."""
_FEWEST = 64
_DARKEST, _BRIGHTEST = 4, 250
"""A sample beyond these is clipped and tells nothing of the line."""
_FIT = 12.0
"""Grey levels off the line that still agree with it."""
_SAME = 3.0
"""Grey levels by which the encoder's rounding and a still camera's noise change most samples."""
_AGREEING = 0.6
"""Share of the samples that must agree: what moves covers less than the rest."""
_NOTICEABLE = 1.5
"""Mean change in grey levels under which the scene's slow adaptation is enough."""
_BLOCK = 16
_TEXTURED = 16.0
"""Variance (grey levels squared) from which a block has edges to speak of."""
_KEPT = 0.25
"""Squared correlation of a block with its past from which its structure is the same."""
_BLOCKS_KEPT = 0.7
_DARK = 40
"""Grey level under which there is no structure to compare (video black is 16)."""
_NEARLY_ALL = 90
"""Per cent of the samples that are dark in a dark picture: a black cat at the lens is not the night."""


@dataclass(frozen=True, slots=True)
class LightChange:
    """Every sample became `gain` times itself plus `offset` grey levels."""

    gain: float
    offset: float


def light_change(background: UInt8Array, picture: UInt8Array, is_seen: np.ndarray) -> LightChange | None:
    """The line that most samples follow, or None where there is none or it changes nothing.

    `is_seen` is false for masked samples. Least squares, from the quartiles on, without outliers.
    """
    every = (slice(None, None, _EVERY), slice(None, None, _EVERY))
    before, after = background[every].astype(np.float32), picture[every].astype(np.float32)
    is_clear = (
        is_seen[every] & (np.minimum(before, after) > _DARKEST) & (np.maximum(before, after) < _BRIGHTEST)
    )
    x, y = before[is_clear], after[is_clear]
    is_same = np.abs(y - x) < _SAME
    if x.size < _FEWEST or 2 * np.count_nonzero(is_same) > x.size:
        return None
    gain, offset = _through_quartiles(x, y)
    for _ in range(3):
        agrees = np.abs(y - gain * x - offset) < _FIT
        if np.count_nonzero(agrees) < _AGREEING / 2 * x.size:
            return None
        gain, offset = _least_squares(x[agrees], y[agrees])
    agrees = np.abs(y - gain * x - offset) < _FIT
    is_noticeable = float(np.mean(np.abs((gain - 1) * x + offset))) >= _NOTICEABLE
    if not is_noticeable or np.count_nonzero(agrees) < _AGREEING * x.size:
        return None
    return LightChange(gain, offset)


def is_structure_kept(background: UInt8Array, picture: UInt8Array) -> bool:
    """Most blocks that have texture look the same up to brightness and contrast.

    Where it was or became dark, there is no structure to compare: that is a change of light too.
    """
    if min(float(np.percentile(each, _NEARLY_ALL)) for each in (background, picture)) < _DARK:
        return True
    before, after = _blocks(background), _blocks(picture)
    variances = before.var(axis=1), after.var(axis=1)
    covariance = np.mean(before * after, axis=1) - before.mean(axis=1) * after.mean(axis=1)
    is_textured = variances[0] > _TEXTURED
    if not is_textured.any():
        return False
    kept = covariance**2 > _KEPT * variances[0] * np.maximum(variances[1], 1.0)
    return bool(np.mean(kept[is_textured]) >= _BLOCKS_KEPT)


def _through_quartiles(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    low_x, middle_x, high_x = np.percentile(x, (25, 50, 75))
    low_y, middle_y, high_y = np.percentile(y, (25, 50, 75))
    gain = (high_y - low_y) / (high_x - low_x) if high_x - low_x > _FIT else 1.0
    return float(gain), float(middle_y - gain * middle_x)


def _least_squares(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    mean_x, mean_y = float(x.mean()), float(y.mean())
    variance = float(np.mean(x * x)) - mean_x**2
    if variance < _TEXTURED:
        return 1.0, mean_y - mean_x
    gain = (float(np.mean(x * y)) - mean_x * mean_y) / variance
    return gain, mean_y - gain * mean_x


def _blocks(picture: UInt8Array) -> np.ndarray:
    """`float32 [blocks, samples of a block]`; what is left over at the right and bottom is not used."""
    lines, columns = (length // _BLOCK * _BLOCK for length in picture.shape)
    tiles = picture[:lines, :columns].reshape(lines // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK)
    return tiles.swapaxes(1, 2).reshape(-1, _BLOCK * _BLOCK).astype(np.float32)
