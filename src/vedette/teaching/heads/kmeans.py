"""k-means on the sphere, from cosines alone (Dhillon and Modha 2001), with k-means++ seeding."""

from __future__ import annotations

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

_ROUNDS = 12


def spherical_k_means(cosines: FloatArray, count: int, random: np.random.Generator) -> IntArray:
    """`[n, n]` cosines of unit features to `[n]` cluster numbers 0..q-1, q at most `count`, none empty.

    A cluster's mean is never formed: its cosine to a feature is a row of cosines, summed.
    """
    clusters = cosines[:, _seeds(cosines, count, random)].argmax(axis=1)
    for _ in range(_ROUNDS):
        clusters = np.unique(clusters, return_inverse=True)[1]
        members = np.eye(int(clusters.max()) + 1, dtype=np.float32)[clusters]
        to_sums = cosines @ members
        lengths = np.sqrt(np.maximum(np.einsum("nq,nq->q", members, to_sums), 1e-9))
        moved = (to_sums / lengths).argmax(axis=1)
        if np.array_equal(moved, clusters):
            break
        clusters = moved
    return np.unique(clusters, return_inverse=True)[1]


def _seeds(cosines: FloatArray, count: int, random: np.random.Generator) -> IntArray:
    """Rows far from one another: the next is drawn with probability in proportion to its distance."""
    seeds = [int(random.integers(len(cosines)))]
    distance = 1 - cosines[seeds[0]]
    while len(seeds) < min(count, len(cosines)):
        chances = np.maximum(distance, 0).cumsum()
        if chances[-1] <= 0:
            break
        seeds.append(int(np.searchsorted(chances, random.random() * chances[-1])))
        distance = np.minimum(distance, 1 - cosines[seeds[-1]])
    return np.array(seeds)
