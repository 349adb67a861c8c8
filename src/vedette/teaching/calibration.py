"""Temperature: scores become confidences that are right as often as they say.

Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599; fitted here to
leave-one-out scores instead of a validation set, which a handful of pictures does not leave.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vedette.teaching.features import FloatArray, IntArray

PRIOR_TEMPERATURES: Mapping[str, float] = {"imprint": 0.027, "proxies": 0.027, "ridge": 0.08}
"""What to believe before there is evidence, a kind of head: medians of what was best on unseen
pictures of five tasks among cats, dogs and raccoons, 3 to 40 pictures a class."""

PRIOR_SPREAD = 0.5
"""Standard deviation of the logarithm of a task's temperature about its prior."""

_WIDE = np.linspace(-2.5, 2.5, 13, dtype=np.float32)
_FINE = np.linspace(-0.2, 0.2, 7, dtype=np.float32)


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
