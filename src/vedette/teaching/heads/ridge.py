"""Ridge regression onto the classes, in its dual form: n x n, whatever the embedding's length.

Features are centred on the examples' mean and brought to unit length again; the intercept is not
penalized. Leave-one-out in closed form is exact for that (Cawley and Talbot 2004, "Fast exact
leave-one-out cross-validation of sparse least-squares support vector machines"): with G = K + lambda I
and P = G^-1 - G^-1 1 1' G^-1 / (1' G^-1 1), the dual weights are P Y and the residuals of a left-out
group S solve P[S, S] r = (P Y)[S].

The centre keeps the left-out example in its mean, not its label. A left-out example's own direction from
the centre does not change by that; the others move towards it together, and the intercept takes that up.
Refitting with a new centre moved scores by at most 0.04 at 6 examples and 0.01 at 60 (cats and dogs).

Classes of unequal size: least squares pulls every answer to the larger class. Weighting the examples did
little, for n < d everything is interpolated. What helps is to move each class's offset to the middle
between its own and the others' leave-one-out scores, as far as the sizes are unequal: balanced accuracy
at 30 against 3 pictures rose from .79 to .94 (imprint: .89).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vedette.teaching.calibration import RIDGE_TEMPERATURE
from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.heads.centring import CentredView, centred_shares
from vedette.teaching.heads.inversion import Inverse
from vedette.teaching.heads.protocol import Fit, Head
from vedette.teaching.lesson import Lesson

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
"""What lambda is chosen from; features have unit length, so that it is a share of an example's own weight."""

SAMPLE = 96
"""Lambda is chosen on at most this many examples. As a noise variance it does not depend on their number."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """See `Draft`: sums of centred examples."""

    kind: str
    shares: FloatArray
    offsets: FloatArray

    def formed(self, features: FloatArray, sums: FloatArray, centre: FloatArray) -> Head:
        """See `Draft`."""
        del features
        return Head(self.kind, sums, self.offsets, np.arange(len(sums)), centre)


@dataclass(frozen=True, slots=True)
class Ridge:
    """One prototype a class; scores are near 1 for the own class and near 0 for others."""

    penalties: tuple[float, ...] = PENALTIES
    name: str = "ridge"

    def fit(self, lesson: Lesson) -> Fit:
        """See `HeadKind`."""
        seen = CentredView.of(lesson.cosines)
        kernel = seen.whole()
        targets = lesson.one_hot()
        penalty = self._choose(kernel, lesson)
        solution = _solve(kernel, penalty, targets)
        left_out = targets - _left_out_residuals(solution, lesson.groups)
        offsets = solution.intercept - _imbalance_shift(left_out, lesson)
        draft = Weighted(self.name, centred_shares(solution.dual.T, seen.radii), offsets)
        scores = left_out + (offsets - solution.intercept)
        return Fit(draft, scores, RIDGE_TEMPERATURE, f"lambda {penalty:g}")

    def _choose(self, kernel: FloatArray, lesson: Lesson) -> float:
        """The penalty of the least class-balanced squared leave-one-out error, on a sample."""
        if len(self.penalties) == 1:
            return self.penalties[0]
        rows = _sample(lesson)
        values, vectors = np.linalg.eigh(kernel[np.ix_(rows, rows)])
        targets = lesson.one_hot()[rows]
        weights = lesson.weights[rows]
        inner = vectors.T @ targets
        ones = vectors.T @ np.ones(len(rows), np.float32)
        errors = []
        for penalty in self.penalties:
            shrunk = 1 / (np.maximum(values, 0) + np.float32(penalty))
            total = vectors @ (shrunk * ones)
            mass = total.sum()
            dual = vectors @ (shrunk[:, None] * inner) - np.outer(total, total @ targets) / mass
            diagonal = np.square(vectors) @ shrunk - np.square(total) / mass
            residuals = dual / diagonal[:, None]
            errors.append(float(weights @ np.square(residuals).sum(axis=1)))
        return self.penalties[int(np.argmin(errors))]


def _sample(lesson: Lesson) -> IntArray:
    """At most about `SAMPLE` rows: one of each group of near-duplicates, spread evenly over each class."""
    first = np.unique(lesson.groups, return_index=True)[1]
    if len(first) <= SAMPLE:
        return first
    share = max(2, SAMPLE // lesson.class_count)
    rows = (first[lesson.labels[first] == label] for label in range(lesson.class_count))
    return np.concatenate([_spread(own, share) for own in rows])


def _spread(rows: IntArray, count: int) -> IntArray:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), count)).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class _Solution:
    """`dual` `[n, k]` and `intercept` `[k]`; P is `inverse` less `total total' / sum(total)`."""

    inverse: Inverse
    total: FloatArray
    dual: FloatArray
    intercept: FloatArray


def _solve(kernel: FloatArray, penalty: float, targets: FloatArray) -> _Solution:
    """The dual weights and the intercepts. `kernel` is used up."""
    np.fill_diagonal(kernel, np.diagonal(kernel) + np.float32(penalty))
    inverse = Inverse.of(kernel)
    products = inverse.times(targets)
    # An example's targets add up to one.
    total = products.sum(axis=1)
    intercept: FloatArray = total @ targets / total.sum()
    return _Solution(inverse, total, products - np.outer(total, intercept), intercept)


def _left_out_residuals(solution: _Solution, groups: IntArray) -> FloatArray:
    total, mass = solution.total, solution.total.sum()
    residuals: FloatArray = solution.dual / (solution.inverse.diagonal - np.square(total) / mass)[:, None]
    for rows in _together(groups):
        own = total[rows]
        blocks = solution.inverse.blocks(rows) - own[:, :, None] * own[:, None, :] / mass
        residuals[rows] = np.linalg.solve(blocks, solution.dual[rows])
    return residuals


def _together(groups: IntArray) -> list[IntArray]:
    """For each size of groups but one, `[count, size]`: the rows of those groups."""
    sizes = np.bincount(groups)
    order = np.argsort(groups, kind="stable")
    own = sizes[groups[order]]
    return [order[own == size].reshape(-1, size) for size in np.flatnonzero(np.bincount(sizes)) if size > 1]


def _imbalance_shift(left_out: FloatArray, lesson: Lesson) -> FloatArray:
    """`[class_count]`: how far each class's scores lie above where its equal share would put them."""
    weights = lesson.weights[:, None] * left_out
    targets = lesson.one_hot()
    mass = lesson.weights @ targets
    means = (targets.T @ weights) / mass[:, None]
    own = np.diagonal(means)
    others = (means.sum(axis=0) - own) / (lesson.class_count - 1)
    sizes = lesson.class_sizes
    inequality = np.sqrt(1 - sizes.min() / sizes.max())
    shift: FloatArray = ((own + others) / 2 * inequality).astype(np.float32)
    return shift
