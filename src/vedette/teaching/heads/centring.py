"""Moving features towards their mean and back to unit length, as vectors or as cosines alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

SMALLEST_RADIUS = np.float32(1e-3)
"""A feature this near to the centre has no direction; it keeps its length instead of being blown up."""


def centred_rows(features: FloatArray, centre: FloatArray) -> FloatArray:
    """`[n, d]` features seen from `centre` `[d]`, with unit length."""
    moved = features - centre
    radius = np.sqrt(np.einsum("nd,nd->n", moved, moved))[:, None]
    moved /= np.maximum(radius, SMALLEST_RADIUS)
    return moved


def centred_shares(shares: FloatArray, radii: FloatArray, share: float = 1.0) -> FloatArray:
    """`[p, n]` that make of features the sums that `shares` `[p, n]` would make of their centred rows.

    `radii` `[n]` are the rows' distances from `share` of the mean (see `CentredView`).
    """
    scaled = shares / radii
    moved: FloatArray = scaled - (np.float32(share) * scaled.mean(axis=1))[:, None]
    return moved


@dataclass(frozen=True, slots=True)
class CentredView:
    """`[n, n]` cosines seen from a share of the examples' mean; entries are made where they are asked for.

    An entry is (cosine - means[i] - means[j] + middle) / (radii[i] radii[j]). `means` and `radii` are `[n]`.
    """

    cosines: FloatArray
    means: FloatArray
    middle: np.float32
    radii: FloatArray

    @classmethod
    def of(cls, cosines: FloatArray, share: float = 1.0) -> CentredView:
        """Seen from `share` of the mean; 1: from the mean."""
        # A product with a vector: a third of the time of `mean` along rows.
        means = cosines @ np.full(len(cosines), share / len(cosines), np.float32)
        middle = np.float32(share) * means.mean()
        squares = np.diagonal(cosines) - 2 * means + middle
        return cls(cosines, means, middle, np.maximum(np.sqrt(np.maximum(squares, 0)), SMALLEST_RADIUS))

    def whole(self) -> FloatArray:
        """All of it, `[n, n]`."""
        kernel = self.cosines - self.means
        kernel -= (self.means - self.middle)[:, None]
        inverse = 1 / self.radii
        kernel *= inverse
        kernel *= inverse[:, None]
        return kernel

    def times(self, columns: FloatArray) -> FloatArray:
        """It times `[n, k]`, without making it."""
        scaled = columns / self.radii[:, None]
        product: FloatArray = self.cosines @ scaled
        product -= self.means @ scaled
        product -= np.outer(self.means - self.middle, scaled.sum(axis=0))
        product /= self.radii[:, None]
        return product

    def at(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """`[m]`: the entries at those rows and columns."""
        moved = self.cosines[rows, columns] - self.means[rows] - self.means[columns] + self.middle
        entries: FloatArray = moved / (self.radii[rows] * self.radii[columns])
        return entries
