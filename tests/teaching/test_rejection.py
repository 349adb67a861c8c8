from __future__ import annotations

import numpy as np

from parts.taught_pictures import clusters_on_sphere
from vedette.teaching.heads.proxies import Looks
from vedette.teaching.lesson import Lesson
from vedette.teaching.rejection import CENTRE_SHARE, fit_rejection
from vedette.teaching.teach import teach


def _taught_and_others(seed=0, count=60):
    """Features to teach two classes, others of the same two, and of a third, a stranger."""
    features, labels = clusters_on_sphere(
        np.random.default_rng(seed), [2 * count, 2 * count, count], 100, 1.2
    )
    rows = [np.flatnonzero(labels == label) for label in range(3)]
    taught = np.concatenate([rows[0][:count], rows[1][:count]])
    own = np.concatenate([rows[0][count:], rows[1][count:]])
    return features[taught], labels[taught], features[own], labels[own], features[rows[2]]


def test_strangers_are_unknown_and_own_pictures_are_turned_away_about_as_often_as_said():
    said, turned_away, found = [], [], []
    for seed in range(4):
        features, labels, own, _, strangers = _taught_and_others(seed)
        taught = teach(features, labels, ("a", "b"))
        said.append(taught.rejection.false_rejects.sum() / len(labels))
        turned_away.append((taught.judge.answers(own).labels < 0).mean())
        found.append((taught.judge.answers(strangers).labels < 0).mean())
    assert abs(np.mean(turned_away) - np.mean(said)) < 0.02
    assert max(turned_away) < 0.08
    assert min(found) > 0.9


def test_false_rejects_are_counted_against_the_left_out_distances():
    features, labels, *_ = _taught_and_others(3, 30)
    lesson = Lesson.of(features, labels)
    fit = fit_rejection(lesson, Looks.of(lesson, np.random.default_rng(0)))
    beyond = fit.left_out_distances > fit.limits[labels]
    assert fit.false_rejects.tolist() == np.bincount(labels[beyond], minlength=2).tolist()


def test_left_out_distances_are_those_of_a_rejection_fitted_without_the_picture():
    features, labels, *_ = _taught_and_others(4, 3)
    lesson = Lesson.of(features, labels)
    looks = Looks.of(lesson, np.random.default_rng(0))
    fit = fit_rejection(lesson, looks)
    moved = features - CENTRE_SHARE * features.mean(axis=0)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    for row in range(len(labels)):
        others = (labels == labels[row]) & (np.arange(len(labels)) != row)
        mean = moved[others].sum(axis=0)
        expected = 1 - moved[row] @ mean / np.linalg.norm(mean)
        np.testing.assert_allclose(fit.left_out_distances[row], expected, atol=1e-4)


def test_a_class_of_one_picture_borrows_its_limit_and_two_such_classes_reject_nothing():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [6, 6])
    kept = np.concatenate([np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:1]])
    limits = teach(features[kept], labels[kept], ("a", "b")).judge.rejection.limits
    assert np.isfinite(limits).all()
    pair = np.array([np.argmax(labels == 0), np.argmax(labels == 1)])
    taught = teach(features[pair], labels[pair], ("a", "b"))
    assert np.isinf(taught.judge.rejection.limits).all()
    assert (taught.judge.answers(features).labels >= 0).all()
