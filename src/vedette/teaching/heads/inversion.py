"""The inverse of a symmetric positive definite matrix through its Cholesky factor, by halves.

numpy's own inverse solves a general system, and its Cholesky factorization of 1000 x 1000 takes
longer than a product of that size. By halves, nearly all of it is matrix products. Multiplying
inverses of blocks (Schur complements) is as fast, but loses everything in float32 where pictures are much
alike: errors grow with the square of the condition number; here with its root.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

_SMALL = 32
_PANEL = 64


@dataclass(frozen=True, slots=True)
class Inverse:
    """The inverse of L L', kept as `root` = L^-1 `[n, n]`, lower triangular: it is root' root."""

    root: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> Inverse:
        """Of a symmetric positive definite `[n, n]`.

        Raises:
            numpy.linalg.LinAlgError: not positive definite.
        """
        root = np.zeros_like(matrix)
        _fill(matrix, root)
        return cls(root)

    @property
    def diagonal(self) -> FloatArray:
        """`[n]`."""
        squares: FloatArray = np.einsum("ki,ki->i", self.root, self.root)
        return squares

    def times(self, columns: FloatArray) -> FloatArray:
        """The inverse times `[n, k]`."""
        # Few columns as few rows: half the time.
        inner: FloatArray = np.matmul(columns.T, self.root.T)
        product: FloatArray = np.matmul(inner, self.root)
        return product.T

    def blocks(self, rows: IntArray) -> FloatArray:
        """`[g, m, m]`: for each of `rows` `[g, m]` those rows and columns of the inverse."""
        own = self.root.T[rows]
        blocks: FloatArray = own @ own.transpose(0, 2, 1)
        return blocks


def _fill(matrix: FloatArray, root: FloatArray) -> None:
    """Write the inverse of the Cholesky factor of `matrix` into `root`, zero above its diagonal blocks."""
    size = len(matrix)
    if size <= _SMALL:
        # Pivoting leaves rounding errors above the diagonal; they are as small as those below it.
        root[:] = np.linalg.inv(np.linalg.cholesky(matrix))
        return
    half = size // 2
    upper, lower = root[:half, :half], root[half:, half:]
    _fill(matrix[:half, :half], upper)
    across = _lower_times(upper, matrix[:half, half:]).T
    _fill(matrix[half:, half:] - across @ across.T, lower)
    _times_lower(_lower_times(lower, -across), upper, root[half:, :half])


def _lower_times(lower: FloatArray, columns: FloatArray) -> FloatArray:
    """`lower @ columns`, without multiplying most of the zeros above the diagonal."""
    product = np.empty_like(columns, order="C")
    for start in range(0, len(lower), _PANEL):
        end = start + _PANEL
        np.matmul(lower[start:end, :end], columns[:end], out=product[start:end])
    return product


def _times_lower(rows: FloatArray, lower: FloatArray, product: FloatArray) -> None:
    """`rows @ lower` into `product`, likewise."""
    for start in range(0, len(lower), _PANEL):
        end = start + _PANEL
        np.matmul(rows[:, start:], lower[start:, start:end], out=product[:, start:end])
