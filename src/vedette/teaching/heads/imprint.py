"""Imprinting: a class is the direction of the mean of its unit features.

Qi, Brown, Lowe 2018, "Low-Shot Learning with Imprinted Weights", arXiv 1712.07136. A class's
weights depend on its own examples alone, so that a change elsewhere leaves them bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.calibration import prototype_temperature
from vedette.teaching.features import FloatArray, IntArray, unit_rows
from vedette.teaching.heads.leaving_out import cosines_left_out
from vedette.teaching.heads.protocol import Fit, Head
from vedette.teaching.lesson import Lesson


def mean_directions(features: FloatArray, clusters: IntArray) -> FloatArray:
    """`[q, d]`: the unit mean of each cluster's features, each from its own rows alone."""
    count = int(clusters.max()) + 1
    return unit_rows(np.stack([features[clusters == cluster].mean(axis=0) for cluster in range(count)]))


@dataclass(frozen=True, slots=True)
class MeanDirections:
    """See `Draft`: each cluster's own rows alone, so that no bit depends on another's."""

    kind: str
    clusters: IntArray
    owners: IntArray

    @property
    def shares(self) -> FloatArray:
        """See `Draft`."""
        return np.empty((0, len(self.clusters)), np.float32)

    def formed(self, features: FloatArray, sums: FloatArray, centre: FloatArray) -> Head:
        """See `Draft`."""
        del sums, centre
        weights = mean_directions(features, self.clusters)
        return Head(self.kind, weights, np.zeros(len(self.owners), np.float32), self.owners)


@dataclass(frozen=True, slots=True)
class Imprint:
    """One prototype a class; the score is the cosine, in -1..1. Its leave-one-out is exact."""

    name: str = "imprint"

    def fit(self, lesson: Lesson) -> Fit:
        """See `HeadKind`."""
        draft = MeanDirections(self.name, lesson.labels, np.arange(lesson.class_count))
        left_out = cosines_left_out(lesson, lesson.labels)
        return Fit(draft, left_out, prototype_temperature(lesson, lesson.class_count))
