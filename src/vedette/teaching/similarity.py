"""Features and cosines that grow by rows: what is known stays where it is, only what is new is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from vedette.teaching.features import FloatArray, IntArray, features_of

_UNCHANGED = 0.5
"""Below this share of known rows, computing everything anew costs less than picking."""


class Seen(NamedTuple):
    """Unit features `[n, d]` and their cosines `[n, n]`; nobody writes to either again."""

    features: FloatArray
    cosines: FloatArray


class Similarity:
    """The pictures of the last teaching, by digest.

    Arrays have room for a quarter more, so that adding a picture copies none; rows that were handed out
    are never written again. Features are of `recipe`.
    """

    def __init__(self, recipe: str) -> None:
        self._recipe = recipe
        self.forget()

    def of(self, digests: Sequence[str], embeddings: Mapping[str, FloatArray]) -> Seen:
        """The features and cosines of the pictures `digests`, in that order; `embeddings` are raw `[d]`."""
        if list(digests[: len(self._digests)]) == self._digests:
            self._extend(digests, embeddings)
        else:
            self._arrange(digests, embeddings)
        count = len(self._digests)
        return Seen(self._features[:count], self._cosines[:count, :count])

    def forget(self) -> None:
        """The embeddings have changed."""
        self._digests: list[str] = []
        self._features: FloatArray = np.empty((0, 0), np.float32)
        self._cosines: FloatArray = np.empty((0, 0), np.float32)

    def _arrange(self, digests: Sequence[str], embeddings: Mapping[str, FloatArray]) -> None:
        """Into new arrays: the known pictures first, so far as their order is kept."""
        row = {digest: number for number, digest in enumerate(self._digests)}
        known = [row[digest] for digest in digests if digest in row]
        leading = next((place for place, digest in enumerate(digests) if digest not in row), len(digests))
        features, cosines = self._features, self._cosines
        self.forget()
        if leading >= _UNCHANGED * len(digests):
            self._take(
                list(digests[:leading]), Seen(features, cosines), np.array(known[:leading]), len(digests)
            )
        self._extend(digests, embeddings)

    def _take(self, digests: list[str], old: Seen, rows: IntArray, count: int) -> None:
        self._digests = digests
        self._make_room(count, old.features.shape[1])
        # Clipping is never needed; without it numpy makes a copy of its own first.
        np.take(old.features, rows, axis=0, out=self._features[: len(rows)], mode="clip")
        self._cosines[: len(rows), : len(rows)] = old.cosines[rows][:, rows]

    def _extend(self, digests: Sequence[str], embeddings: Mapping[str, FloatArray]) -> None:
        known, count = len(self._digests), len(digests)
        if known == count:
            return
        fresh = features_of(np.stack([embeddings[digest] for digest in digests[known:]]), self._recipe)
        self._make_room(count, fresh.shape[1])
        self._features[known:count] = fresh
        self._cosines[known:count, :known] = fresh @ self._features[:known].T
        # The same rows on both sides: half the work, and exactly symmetric.
        self._cosines[known:count, known:count] = fresh @ fresh.T
        self._cosines[:known, known:count] = self._cosines[known:count, :known].T
        self._digests = list(digests)

    def _make_room(self, count: int, dimensions: int) -> None:
        if count <= len(self._features):
            return
        known, room = len(self._digests), count + count // 4 + 8
        features = np.empty((room, dimensions), np.float32)
        cosines = np.empty((room, room), np.float32)
        if known and len(self._features):
            features[:known] = self._features[:known]
            cosines[:known, :known] = self._cosines[:known, :known]
        self._features, self._cosines = features, cosines
