"""Moving features towards their mean and back to unit length, as vectors or as cosines alone."""

from __future__ import annotations

import numpy as np

from vedette.teaching.features import FloatArray

SMALLEST_RADIUS = np.float32(1e-3)
"""A feature this near to the centre has no direction; it keeps its length instead of being blown up."""


def centred_rows(features: FloatArray, centre: FloatArray) -> FloatArray:
    """`[n, d]` features seen from `centre` `[d]`, with unit length."""
    moved = features - centre
    radius = np.sqrt(np.einsum("nd,nd->n", moved, moved))[:, None]
    moved /= np.maximum(radius, SMALLEST_RADIUS)
    return moved


def centred_cosines(cosines: FloatArray, share: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """`[n, n]` cosines seen from `share` of the examples' mean, and `[n]` their distances from there."""
    # A product with a vector: a third of the time of `mean` along rows.
    means = cosines @ np.full(len(cosines), share / len(cosines), np.float32)
    kernel = cosines - means
    kernel -= (means - np.float32(share) * means.mean())[:, None]
    radii = np.maximum(np.sqrt(np.maximum(np.diagonal(kernel), 0)), SMALLEST_RADIUS)
    kernel *= 1 / radii
    kernel *= (1 / radii)[:, None]
    return kernel, radii
