"""Near-duplicates: consecutive frames and copies, which would flatter a leave-one-out score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.quantiles import quantile

NEAREST_SHARE = 0.2
"""Five times nearer than two pictures of a class usually are counts as a near-duplicate. Of 25 sets, no two
pictures that show something different came nearer than .22 of that; a photograph compressed anew, a tenth
brighter or moved by .3 % lies at .01 to .04."""

SURELY_THE_SAME = 0.004
"""At this cosine distance two pictures differ by sensor noise only, whatever the others are like: frames of a
resting bird, 1/25 s apart, lie at .001 to .002, its poses in the same scene at .005 and more."""

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

    The limit is a fifth of the median distance within a class, between two constants. A group is
    what lies that near to its first member, so that a slow pan does not chain into one group.
    """
    limit = _distance_limit(cosines, labels)
    # One index over the whole matrix: near pairs are few, and one is found much faster than two.
    places = np.flatnonzero(cosines >= 1 - limit)
    first, second = np.divmod(places, len(labels))
    is_same = labels[first] == labels[second]
    groups = _leaders(first[is_same], second[is_same], len(labels))
    is_conflict = ~is_same & (first < second)
    conflicts = zip(first[is_conflict].tolist(), second[is_conflict].tolist(), strict=True)
    return Duplicates(groups, limit, tuple(conflicts))


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


def _leaders(first: IntArray, second: IntArray, count: int) -> IntArray:
    """`[count]`: for each row the first row that it is near to and that leads itself.

    Row `first[i]` is near `second[i]`; `first` ascends.
    """
    leaders = np.full(count, -1, dtype=np.int64)
    starts = np.searchsorted(first, np.arange(count + 1))
    has_others = np.diff(starts) > 1
    for row in np.flatnonzero(has_others):
        if leaders[row] < 0:
            near = second[starts[row] : starts[row + 1]]
            leaders[near[leaders[near] < 0]] = row
    return np.where(leaders < 0, np.arange(count), leaders)
