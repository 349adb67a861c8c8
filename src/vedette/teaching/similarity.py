"""Cosines that grow by rows: what is known is copied, only what is new is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

_UNCHANGED = 0.5
"""Below this share of known rows, computing everything anew costs less than picking."""


class Similarity:
    """The cosines of the pictures of the last teaching, by digest."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._cosines: FloatArray = np.empty((0, 0), np.float32)

    def of(self, digests: Sequence[str], features: FloatArray) -> FloatArray:
        """`[n, n]` cosines of unit `features` `[n, d]`, whose pictures are `digests`."""
        known = np.array([self._rows.get(digest, -1) for digest in digests], dtype=np.int64)
        if np.array_equal(known, np.arange(len(self._cosines))):
            return self._cosines
        if (known >= 0).mean() < _UNCHANGED:
            cosines: FloatArray = features @ features.T
        else:
            cosines = self._grown(known, features)
        self._rows = {digest: row for row, digest in enumerate(digests)}
        self._cosines = cosines
        return cosines

    def forget(self) -> None:
        """The features have changed."""
        self._rows = {}
        self._cosines = np.empty((0, 0), np.float32)

    def _grown(self, known: IntArray, features: FloatArray) -> FloatArray:
        old, new = np.flatnonzero(known >= 0), np.flatnonzero(known < 0)
        cosines = np.empty((len(known), len(known)), np.float32)
        if np.array_equal(known[: len(old)], np.arange(len(old))):
            cosines[: len(old), : len(old)] = self._cosines[: len(old), : len(old)]
        else:
            cosines[np.ix_(old, old)] = self._cosines[np.ix_(known[old], known[old])]
        fresh = features[new] @ features.T
        cosines[new] = fresh
        cosines[:, new] = fresh.T
        return cosines
