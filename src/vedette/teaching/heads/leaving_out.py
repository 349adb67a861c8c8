"""Cosines between examples and means of clusters that do not contain them, in closed form."""

from __future__ import annotations

import numpy as np

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.lesson import Lesson

NOTHING_LEFT = np.float32(-1.0)
"""The cosine to a cluster that is empty once the example has left: as far away as can be."""

_EMPTY = 1e-6


def cosines_left_out(lesson: Lesson, clusters: IntArray) -> FloatArray:
    """`[n, q]`: each example's cosine to the mean of each cluster without the example and its group.

    `clusters` `[n]` holds 0..q-1; members of a group lie in one cluster.
    """
    members = np.eye(int(clusters.max()) + 1, dtype=np.float32)[:, clusters]
    # Cosines are symmetric; few rows are multiplied faster than few columns.
    return left_out((members @ lesson.cosines).T, lesson.cosines[lesson.pairs], lesson, clusters)


def left_out(to_sums: FloatArray, pair_dots: FloatArray, lesson: Lesson, clusters: IntArray) -> FloatArray:
    """The same from products alone: `to_sums` `[n, q]` of each example with each cluster's sum.

    `pair_dots` are the products of `lesson.pairs`. `to_sums` is used up. Exact:
    |sum without G|^2 = |sum|^2 - 2 G.sum + |G|^2.
    """
    rows = np.arange(len(clusters))
    own = to_sums[rows, clusters]
    squared = np.bincount(clusters, weights=own, minlength=to_sums.shape[1]).astype(np.float32)
    # Over each example's group G: its product with sum(G), |sum(G)|^2, and sum(G) . its cluster's sum.
    group_dots = np.bincount(lesson.pairs[0], weights=pair_dots)
    group_squares = np.bincount(lesson.groups, weights=group_dots)[lesson.groups]
    group_own = np.bincount(lesson.groups, weights=own)[lesson.groups]
    remaining = squared[clusters] + group_squares - 2 * group_own
    remaining_own = own - group_dots
    is_empty = remaining < _EMPTY
    to_sums *= 1 / np.sqrt(np.maximum(squared, _EMPTY))
    to_sums[rows, clusters] = np.where(
        is_empty, NOTHING_LEFT, remaining_own / np.sqrt(np.where(is_empty, 1, remaining))
    )
    return to_sums
