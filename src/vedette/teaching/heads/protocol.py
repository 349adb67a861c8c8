"""A head is fitted to a lesson; whatever its kind, what it leaves is a set of prototypes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.heads.centring import centred_rows
from vedette.teaching.lesson import Lesson


@dataclass(frozen=True, slots=True)
class Head:
    """Scores of classes for features.

    A feature is moved by `centre` `[d]` (None: not at all) and brought to unit length; its score
    for prototype p is `weights[p] @ feature + offsets[p]`; a class's score is the best of the
    prototypes that it owns. `weights` is `[p, d]`, `offsets` and `owners` `[p]`, owners ascending.
    """

    kind: str
    weights: FloatArray
    offsets: FloatArray
    owners: IntArray
    centre: FloatArray | None = None

    @property
    def class_count(self) -> int:
        """How many classes there are."""
        return int(self.owners[-1]) + 1

    def placed(self, features: FloatArray) -> FloatArray:
        """`[n, d]` unit features as the prototypes see them."""
        if self.centre is None:
            return features
        return centred_rows(features, self.centre)

    def scores(self, features: FloatArray) -> FloatArray:
        """`[n, d]` unit features to `[n, class_count]`."""
        return best_of_class(self.placed(features) @ self.weights.T + self.offsets, self.owners)


def best_of_class(scores: FloatArray, owners: IntArray) -> FloatArray:
    """`[n, p]` scores of prototypes to `[n, class_count]`, the best of each class's own."""
    if len(owners) == owners[-1] + 1:
        return scores
    starts = np.searchsorted(owners, np.arange(owners[-1] + 1))
    best: FloatArray = np.maximum.reduceat(scores, starts, axis=1)
    return best


class Draft(Protocol):
    """A head before it is multiplied out: that takes a pass over all features, worth it for one head only."""

    @property
    def kind(self) -> str:
        """The kind of head."""
        ...

    @property
    def shares(self) -> FloatArray:
        """`[p, n]`: the sums of examples that it needs; none if it makes its prototypes by itself."""
        ...

    def formed(self, features: FloatArray, sums: FloatArray, centre: FloatArray) -> Head:
        """The head, from features `[n, d]`, `sums` = `shares @ features` and their mean `[d]`."""
        ...


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted head and how it does on examples that it has not seen.

    `leave_one_out` is `[n, class_count]`: each example's scores by a head fitted without it and
    without its near-duplicates. `temperature` is what to believe of its scores before there is
    evidence (see `calibration`). `note` says what was chosen on the way.
    """

    draft: Draft
    leave_one_out: FloatArray
    temperature: float
    note: str = ""

    def head(self, features: FloatArray) -> Head:
        """The head, from the features `[n, d]` that it was fitted to."""
        return self.draft.formed(features, self.draft.shares @ features, features.mean(axis=0))


class HeadKind(Protocol):
    """One way to make a head."""

    @property
    def name(self) -> str:
        """As in `vedette teach --head`."""
        ...

    def fit(self, lesson: Lesson) -> Fit:
        """The head, and its scores by leave-one-out in closed form."""
        ...
