"""Cosines between examples and means of clusters that do not contain them, in closed form."""

from __future__ import annotations

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

NOTHING_LEFT = np.float32(-1.0)
"""The cosine to a cluster that is empty once the example has left: as far away as can be."""

_EMPTY = 1e-6


def cosines_left_out(cosines: FloatArray, groups: IntArray, clusters: IntArray) -> FloatArray:
    """`[n, q]`: each example's cosine to the mean of each cluster without the example and its group.

    `cosines` `[n, n]` is of unit features; `clusters` `[n]` holds 0..q-1; members of a group lie
    in one cluster. Exact: |sum without G|^2 = |sum|^2 - 2 G.sum + |G|^2.
    """
    rows = np.arange(len(clusters))
    members = np.eye(int(clusters.max()) + 1, dtype=np.float32)[clusters]
    to_sums = cosines @ members
    squared = np.tile(np.einsum("nq,nq->q", members, to_sums), (len(rows), 1))
    own = to_sums[rows, clusters]
    group_dots, group_own, group_squares = _group_sums(cosines, groups, own)
    squared[rows, clusters] += group_squares - 2 * group_own
    to_sums[rows, clusters] -= group_dots
    is_empty = squared < _EMPTY
    squared[is_empty] = 1
    left: FloatArray = to_sums / np.sqrt(squared)
    left[is_empty] = NOTHING_LEFT
    return left


def _group_sums(
    cosines: FloatArray, groups: IntArray, own: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each example, over its group G: its dot with sum(G); sum(G) . own cluster's sum; |sum(G)|^2."""
    dots = np.diagonal(cosines).copy()
    squares = dots.copy()
    sums = own.copy()
    shared = np.flatnonzero(np.bincount(groups, minlength=len(groups))[groups] > 1)
    if shared.size:
        together = (groups[shared][:, None] == groups[shared]).astype(np.float32)
        dots[shared] = np.einsum("nm,nm->n", cosines[np.ix_(shared, shared)], together)
        squares[shared] = together @ dots[shared]
        sums[shared] = together @ own[shared]
    return dots, sums, squares
