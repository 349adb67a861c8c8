"""One brightness for pictures by day and by night, before a network sees them."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.values.frame import UInt8Array

_DARKEST, _BRIGHTEST = 0.01, 0.95
_LEAST_POWER, _MOST_POWER = 0.3, 1.5
_LEVELS = np.arange(256, dtype=np.float32) / 255


def evened(rgb: UInt8Array, target: float) -> UInt8Array:
    """`uint8 [height, width, 3]` with its mean brought towards `target` (0..1) by a power of the pixels.

    With m the mean of all values in 0..1, the power is ln(target) / ln(m), within 0.3..1.5: a
    picture that is nearly black is not torn up to noise.
    """
    blue, green, red, _ = cv2.mean(rgb)
    mean = min(max((blue + green + red) / (3 * 255), _DARKEST), _BRIGHTEST)
    power = min(max(float(np.log(target) / np.log(mean)), _LEAST_POWER), _MOST_POWER)
    table = np.rint(255 * _LEVELS**power).astype(np.uint8)
    return cv2.LUT(rgb, table)  # type: ignore[return-value]
