"""Temperature: scores become confidences that are right as often as they say.

Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599; fitted here to
leave-one-out scores instead of a validation set, which a handful of pictures does not leave.
"""

from __future__ import annotations

import math

import numpy as np

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.lesson import Lesson

RIDGE_TEMPERATURE = 0.16
"""What to believe of ridge before there is evidence. Its scores are targets of 0 and 1 on unit features, so
that this hardly depends on the embedding: medians of what was best on unseen pictures of 26 sets were .158
to .165 (3 to 20 a class), and .19 to .22 on another embedding of the same pictures."""

PROTOTYPE_SHARE = 0.2
"""The same for cosines to means, as a share of the pictures' mean distance over the root of how many pictures
a mean is of: .22, .21, .21 and .20 at 3, 5, 10 and 20 a class, where the temperature itself fell from .023 to
.010; .32 to .34 on the other embedding, whose distances are twice as large."""

PRIOR_SPREAD = 0.35
"""Standard deviation of the logarithm of a task's temperature about its prior. Tasks differ by more (.8), but
at 3 and 5 a class what their few pictures seem to say is worth less: log-loss .621 and .529, with .7 in its
place .633 and .534; from 10 on both are alike."""

_SMALLEST_TEMPERATURE = 1e-4

_WIDE = np.linspace(-2.5, 2.5, 13, dtype=np.float32)
_FINE = np.linspace(-0.2, 0.2, 7, dtype=np.float32)


def prototype_temperature(lesson: Lesson, prototypes: int) -> float:
    """What to believe of cosines to that many means before there is evidence; see `PROTOTYPE_SHARE`."""
    pictures = lesson.group_count / prototypes
    return max(PROTOTYPE_SHARE * lesson.mean_distance / math.sqrt(pictures), _SMALLEST_TEMPERATURE)


def fit_temperature(scores: FloatArray, labels: IntArray, weights: FloatArray, prior: float) -> float:
    """The temperature of the least weighted negative log-likelihood, drawn towards `prior`.

    `scores` `[n, k]` are leave-one-out scores, `weights` `[n]` sum to the number of examples that
    count. Maximum a posteriori under a log-normal prior: three pictures that happen to be right
    do not make a classifier sure of itself, three hundred outweigh the prior.
    """
    nearest = _best(scores, labels, weights, prior, _WIDE)
    return float(prior * np.exp(_best(scores, labels, weights, prior, nearest + _FINE)))


def negative_log_likelihoods(scores: FloatArray, labels: IntArray, temperature: float) -> FloatArray:
    """`[n]`: -log confidence of each example's true class, in nats."""
    inverse = np.array([1 / temperature], dtype=np.float32)
    losses: FloatArray = _negative_log_likelihoods(scores, labels, inverse)[0]
    return losses


def confidences(scores: FloatArray, temperature: float) -> FloatArray:
    """Softmax of `scores / temperature` along the last axis."""
    scaled = (scores - scores.max(axis=-1, keepdims=True)) / np.float32(temperature)
    powers = np.exp(scaled)
    shares: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _best(
    scores: FloatArray, labels: IntArray, weights: FloatArray, prior: float, logarithms: FloatArray
) -> np.float32:
    inverse = (np.exp(-logarithms) / prior).astype(np.float32)
    penalty = 0.5 * np.square(logarithms / PRIOR_SPREAD)
    losses = _negative_log_likelihoods(scores, labels, inverse) @ weights
    chosen: np.float32 = logarithms[np.argmin(losses + penalty)]
    return chosen


def _negative_log_likelihoods(scores: FloatArray, labels: IntArray, inverse: FloatArray) -> FloatArray:
    """`[t, n]`: at inverse temperatures `[t]`."""
    # Classes before examples: numpy adds up long rows fast and short ones slowly.
    above = np.ascontiguousarray(scores.T) - scores[np.arange(len(labels)), labels]
    highest = above.max(axis=0)
    powers = np.exp((above - highest) * inverse[:, None, None])
    losses: FloatArray = np.log(powers.sum(axis=1)) + highest * inverse[:, None]
    return losses
