"""What a head is fitted to: features with labels, their cosines, and which ones are near-duplicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.features import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples as numbers.

    `features` is `[n, d]` with unit rows, `labels` is `[n]` in 0..class_count-1, every class
    present. Examples with the same number in `groups` `[n]` are near-duplicates of one class and
    are left out together; no group is all of a class (see `duplicates.left_out_together`).
    `cosines` is `features @ features.T`: every head works on it, so that a new example costs
    one row. `pairs` are all (row, row) of one group, each row with itself too.
    """

    features: FloatArray
    labels: IntArray
    class_count: int
    groups: IntArray
    cosines: FloatArray
    pairs: tuple[IntArray, IntArray]

    @classmethod
    def of(
        cls,
        features: FloatArray,
        labels: IntArray,
        groups: IntArray | None = None,
        cosines: FloatArray | None = None,
    ) -> Lesson:
        """A lesson; without `groups` each example stands alone, without `cosines` they are computed."""
        groups = np.arange(len(labels)) if groups is None else groups
        return cls(
            features=features,
            labels=labels,
            class_count=int(labels.max()) + 1,
            groups=groups,
            cosines=features @ features.T if cosines is None else cosines,
            pairs=pairs_within(groups),
        )

    @property
    def class_sizes(self) -> IntArray:
        """`[class_count]`: examples a class."""
        return np.bincount(self.labels, minlength=self.class_count)

    @property
    def weights(self) -> FloatArray:
        """`[n]`: equal for each class, and within it for each group; they sum to the number of groups.

        A burst of thirty frames thus counts as the one picture that it nearly is.
        """
        sizes = np.bincount(self.groups)
        alone = 1.0 / sizes[self.groups]
        a_class = np.bincount(self.labels, weights=alone, minlength=self.class_count)
        share = alone.sum() / self.class_count
        weights: FloatArray = (alone * share / a_class[self.labels]).astype(np.float32)
        return weights

    @property
    def mean_distance(self) -> float:
        """1 - cosine between two examples, on average; 0 for a single one."""
        count = len(self.labels)
        ones = np.ones(count, np.float32)
        total = float(ones @ (self.cosines @ ones))
        return max(0.0, 1 - (total - count) / max(1, count * (count - 1)))

    @property
    def group_count(self) -> int:
        """How many different pictures there are."""
        return int(np.count_nonzero(np.bincount(self.groups)))

    def one_hot(self) -> FloatArray:
        """`[n, class_count]`: 1 at each example's label."""
        return np.eye(self.class_count, dtype=np.float32)[self.labels]


def pairs_within(groups: IntArray) -> tuple[IntArray, IntArray]:
    """Every (row, row) of one group, in both orders and each row with itself; `groups` is `[n]`."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    repeats = sizes[groups[order]]
    first = np.repeat(order, repeats)
    within = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return first, order[np.repeat(starts[groups[order]], repeats) + within]
