from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.teaching.calibration import confidences, fit_temperature, negative_log_likelihoods


def _scores(seed, count, sharpness):
    """Scores whose true confidences are softmax(sharpness * score)."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 0.3, (count, 3)).astype(np.float32)
    shares = confidences(scores, 1 / sharpness)
    drawn = (shares.cumsum(axis=1) < random.random((count, 1))).sum(axis=1)
    return scores, np.minimum(drawn, 2), np.ones(count, np.float32)


@given(st.integers(0, 10**6), st.sampled_from([3.0, 10.0, 30.0]))
@settings(max_examples=20, deadline=None)
def test_the_fitted_temperature_loses_less_than_the_prior_and_finds_the_truth(seed, sharpness):
    scores, labels, weights = _scores(seed, 2000, sharpness)
    fitted = fit_temperature(scores, labels, weights, prior=0.1)
    assert 0.7 < fitted * sharpness < 1.4
    before, after = (negative_log_likelihoods(scores, labels, each).mean() for each in (0.1, fitted))
    assert after <= before + 1e-4


def test_a_handful_of_right_answers_does_not_make_it_sure_of_itself():
    scores = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    labels = np.array([0, 0, 1])
    fitted = fit_temperature(scores, labels, np.ones(3, np.float32), prior=0.1)
    assert 0.05 < fitted <= 0.11
    many = fit_temperature(
        np.tile(scores * 0.3, (200, 1)), np.tile(labels, 200), np.ones(600, np.float32), prior=0.1
    )
    assert many < fitted * 0.8


def test_confidences_sum_to_one_even_for_scores_that_would_overflow():
    shares = confidences(np.array([[1000.0, 0.0], [-1000.0, 0.0]], np.float32), 0.01)
    np.testing.assert_allclose(shares, [[1, 0], [0, 1]])
