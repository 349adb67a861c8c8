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
_SPLIT = 128


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
        product: FloatArray = self.root.T @ (self.root @ columns)
        return product

    def blocks(self, rows: IntArray) -> FloatArray:
        """`[g, m, m]`: for each of `rows` `[g, m]` those rows and columns of the inverse."""
        own = self.root.T[rows]
        blocks: FloatArray = own @ own.transpose(0, 2, 1)
        return blocks


def _fill(matrix: FloatArray, root: FloatArray) -> None:
    """Write the inverse of the Cholesky factor of `matrix` into `root`, zero above its diagonal."""
    size = len(matrix)
    if size <= _SMALL:
        root[:] = np.tril(np.linalg.inv(np.linalg.cholesky(matrix)))
        return
    half = size // 2
    upper, lower = root[:half, :half], root[half:, half:]
    _fill(matrix[:half, :half], upper)
    across = _lower_times(upper, matrix[:half, half:]).T
    _fill(matrix[half:, half:] - across @ across.T, lower)
    root[half:, :half] = _times_lower(_lower_times(lower, -across), upper)


def _lower_times(lower: FloatArray, columns: FloatArray) -> FloatArray:
    """`lower @ columns`, without multiplying most of the zeros above the diagonal."""
    size = len(lower)
    if size <= _SPLIT:
        whole: FloatArray = lower @ columns
        return whole
    half = size // 2
    product = np.empty((size, columns.shape[1]), lower.dtype)
    product[:half] = _lower_times(lower[:half, :half], columns[:half])
    np.matmul(lower[half:], columns, out=product[half:])
    return product


def _times_lower(rows: FloatArray, lower: FloatArray) -> FloatArray:
    """`rows @ lower`, likewise."""
    size = len(lower)
    if size <= _SPLIT:
        whole: FloatArray = rows @ lower
        return whole
    half = size // 2
    product = np.empty((len(rows), size), lower.dtype)
    np.matmul(rows, lower[:, :half], out=product[:, :half])
    product[:, half:] = _times_lower(rows[:, half:], lower[half:, half:])
    return product
