"""`unknown`: a picture further from its class than that class's own pictures are from one another.

Distance in feature space tells strangers better than a low confidence does: a softmax is sure of
whatever lies far out. The distance is 1 - cosine to the nearest look of the class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.features import FloatArray, IntArray, unit_rows
from vedette.teaching.heads.centring import CentredView, centred_rows, centred_shares
from vedette.teaching.heads.leaving_out import left_out
from vedette.teaching.heads.protocol import best_of_class
from vedette.teaching.heads.proxies import Looks
from vedette.teaching.lesson import Lesson
from vedette.teaching.quantiles import quantile

QUANTILE = 0.98
"""The share of a class's own pictures that should lie within its limit."""

SPREADS = 2.0
"""A limit also lies at least this many standard deviations beyond the mean, and more where few
pictures tell. On 13 sets of three and more classes with one of them held back, 5 / 10 / 20 / 36 a class, this
turns away 2 / 3 / 3 / 2 % of the own unseen pictures and 9 / 16 / 21 / 20 % of strangers; over 26 sets with
nothing held back 4 to 7 % of the own."""

CENTRE_SHARE = 0.5
"""Distances are seen from this share of the way to the examples' mean. Own pictures against strangers, area
under the curve on the same sets: alike from zero and half way (.70 at 10, .72 at 20), four points less from
the mean; half way turns fewer of the own away than from zero (1.6 against 3.2 % at 5)."""

_LEFT_OUT_OF_ALL = 1.5
"""Distances beyond this come from classes that were empty without the example: they say nothing."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """What lies too far out, seen from `centre` `[d]`.

    `prototypes` `[q, d]` are the looks, `owners` `[q]` their classes, ascending; `limits`
    `[class_count]` the largest distance of a picture of the class, infinite where too few
    different pictures tell.
    """

    prototypes: FloatArray
    owners: IntArray
    limits: FloatArray
    centre: FloatArray

    def distances(self, features: FloatArray) -> FloatArray:
        """`[n, class_count]`: 1 - cosine to each class's nearest look, 0..2."""
        cosines = centred_rows(features, self.centre) @ self.prototypes.T
        nearest: FloatArray = 1 - best_of_class(cosines, self.owners)
        return nearest


@dataclass(frozen=True, slots=True)
class RejectionFit:
    """A rejection before it is multiplied out, and how many of each class's own pictures it would turn away.

    `shares` `[q, n]` are the sums of examples that become its prototypes. `left_out_distances` is
    `[n]`: each example to its own class without it. The limits come from the same distances, so that
    `false_rejects` is what they imply, not an independent test.
    """

    shares: FloatArray
    owners: IntArray
    limits: FloatArray
    left_out_distances: FloatArray
    false_rejects: IntArray

    def formed(self, sums: FloatArray, mean: FloatArray) -> Rejection:
        """The rejection, from `sums` = `shares @ features` and the features' mean `[d]`."""
        return Rejection(unit_rows(sums), self.owners, self.limits, mean * np.float32(CENTRE_SHARE))


def fit_rejection(lesson: Lesson, looks: Looks) -> RejectionFit:
    """Limits from leave-one-out distances, a class; see `QUANTILE` and `SPREADS`."""
    seen = CentredView.of(lesson.cosines, CENTRE_SHARE)
    members = np.eye(len(looks.owners), dtype=np.float32)[looks.clusters]
    cosines = left_out(seen.times(members), seen.at(*lesson.pairs), lesson, looks.clusters)
    rows = np.arange(len(lesson.labels))
    distances: FloatArray = 1 - best_of_class(cosines, looks.owners)[rows, lesson.labels]
    limits = _limits(distances, lesson)
    rejected = distances > limits[lesson.labels]
    return RejectionFit(
        shares=centred_shares(members.T, seen.radii, CENTRE_SHARE),
        owners=looks.owners,
        limits=limits,
        left_out_distances=distances,
        false_rejects=np.bincount(lesson.labels[rejected], minlength=lesson.class_count),
    )


def _limits(distances: FloatArray, lesson: Lesson) -> FloatArray:
    known = distances < _LEFT_OUT_OF_ALL
    own = [distances[known & (lesson.labels == label)] for label in range(lesson.class_count)]
    told = [each for each in own if each.size]
    if not told:
        return np.full(lesson.class_count, np.inf, np.float32)
    spread = float(np.sqrt(np.mean(np.concatenate([np.square(each - each.mean()) for each in told]))))
    everything = np.concatenate(told)
    return np.array([_limit(each if each.size else everything, spread) for each in own], np.float32)


def _limit(distances: FloatArray, spread: float) -> float:
    # The class's own spread counts for as much as ten pictures' worth of everybody's.
    count = len(distances)
    pooled = np.sqrt((count * np.var(distances) + 10 * spread**2) / (count + 10))
    spreads = SPREADS * np.sqrt(1 + 3 / count)
    return float(max(quantile(distances, QUANTILE), distances.mean() + spreads * pooled))
