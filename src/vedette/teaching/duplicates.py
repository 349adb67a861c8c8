"""Near-duplicates: consecutive frames and copies, which would flatter a leave-one-out score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.quantiles import quantile

NEAREST_SHARE = 0.1
"""Ten times nearer than two pictures of a class usually are counts as a near-duplicate."""

SURELY_THE_SAME = 0.004
"""At this cosine distance two pictures differ by sensor noise only, whatever the others are like."""

NEVER_THE_SAME = 0.06
"""Beyond this cosine distance two pictures are two pictures."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Which examples are nearly the same picture.

    `groups` `[n]` numbers them; members of a group have one label. `distance_limit` is the
    cosine distance below which two pictures are near-duplicates. `conflicts` are pairs (row, row)
    of near-duplicates with different labels.
    """

    groups: IntArray
    distance_limit: float
    conflicts: tuple[tuple[int, int], ...]

    def counts(self, labels: IntArray) -> IntArray:
        """`[class_count]`: examples that add nearly nothing, a class."""
        first = np.unique(self.groups, return_index=True)[1]
        extra = np.ones(len(self.groups), dtype=bool)
        extra[first] = False
        return np.bincount(labels[extra], minlength=int(labels.max()) + 1)


def find_duplicates(cosines: FloatArray, labels: IntArray) -> Duplicates:
    """Near-duplicates by cosine distance, with a limit set from the data.

    The limit is a tenth of the median distance within a class, between two constants. A group is
    what lies that near to its first member, so that a slow pan does not chain into one group.
    """
    limit = _distance_limit(cosines, labels)
    is_near = cosines >= 1 - limit
    if np.count_nonzero(is_near) <= len(labels):
        return Duplicates(np.arange(len(labels)), limit, ())
    candidates = np.flatnonzero(np.count_nonzero(is_near, axis=1) > 1)
    same_label = labels[candidates][:, None] == labels[candidates]
    near = is_near[np.ix_(candidates, candidates)]
    groups = np.arange(len(labels))
    groups[candidates] = candidates[_leaders(near & same_label)]
    return Duplicates(groups, limit, _conflicts(near & ~same_label, candidates))


def left_out_together(groups: IntArray, labels: IntArray) -> IntArray:
    """`groups`, with a group that is all of its class split into single examples.

    Leaving it out would leave the class without an example; it is then scored one by one, which
    flatters, and the report says so.
    """
    sizes = np.bincount(groups, minlength=len(labels))[groups]
    fills_its_class = (sizes == np.bincount(labels)[labels]) & (sizes > 1)
    return np.where(fills_its_class, np.arange(len(labels)), groups)


def _distance_limit(cosines: FloatArray, labels: IntArray) -> float:
    # A sample of rows is enough for a median, and keeps this linear.
    rows = np.linspace(0, len(labels) - 1, min(len(labels), 128)).astype(np.int64)
    part = cosines[np.ix_(rows, rows)]
    is_pair = (labels[rows][:, None] == labels[rows]) & ~np.eye(len(rows), dtype=bool)
    typical = quantile(1 - part[is_pair], 0.5) if is_pair.any() else 0.0
    return float(np.clip(NEAREST_SHARE * typical, SURELY_THE_SAME, NEVER_THE_SAME))


def _leaders(near: npt.NDArray[np.bool_]) -> IntArray:
    """`[m]`: for each row the first row that it is near to and that leads itself."""
    leaders = np.full(len(near), -1, dtype=np.int64)
    for row in range(len(near)):
        if leaders[row] < 0:
            leaders[near[row] & (leaders < 0)] = row
    return leaders


def _conflicts(near: npt.NDArray[np.bool_], candidates: IntArray) -> tuple[tuple[int, int], ...]:
    pairs = candidates[np.argwhere(np.triu(near))]
    return tuple((int(first), int(second)) for first, second in pairs)
