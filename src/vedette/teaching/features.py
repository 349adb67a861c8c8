"""Where the network's raw embedding becomes the feature that heads work on: rows of unit length."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from vedette.errors import TeachingError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_SMALLEST_LENGTH = np.float32(1e-6)


def unit_rows(rows: FloatArray) -> FloatArray:
    """`float32 [n, d]` with rows of length 1; a row of zeros stays zero."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    divided: FloatArray = rows / np.maximum(lengths, _SMALLEST_LENGTH)
    return divided


def _plain(embeddings: FloatArray) -> FloatArray:
    return embeddings


def _signed_root(embeddings: FloatArray) -> FloatArray:
    rooted: FloatArray = np.copysign(np.sqrt(np.abs(embeddings)), embeddings)
    return rooted


RECIPES: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "plain": _plain,
    "signed-root": _signed_root,
}
"""By name, as a classifier's manifest keeps it. Each maps raw `[n, d]` to `[n, any]`, row by row.

`signed-root` is power normalization at one half (Perronnin et al. 2010, Improving the Fisher Kernel).
"""

DEFAULT_RECIPE = "plain"


def features_of(embeddings: FloatArray, recipe: str = DEFAULT_RECIPE) -> FloatArray:
    """`float32 [n, d]` raw embeddings to features with rows of unit length.

    Raises:
        TeachingError: a recipe that this version does not know.
    """
    if recipe not in RECIPES:
        raise TeachingError(
            f"The feature recipe `{recipe}` is not known here.",
            f"Known are {', '.join(RECIPES)}; a newer Vedette may have taught this classifier.",
        )
    return unit_rows(RECIPES[recipe](embeddings))
