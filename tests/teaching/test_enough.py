from __future__ import annotations

import numpy as np

from parts.taught_pictures import clusters_on_sphere
from vedette.teaching.enough import enough
from vedette.teaching.lesson import Lesson


def _verdicts(sizes, spread, dimensions=60):
    features, labels = clusters_on_sphere(np.random.default_rng(0), sizes, dimensions, spread)
    return enough(Lesson.of(features, labels), ("a", "b"), np.random.default_rng(0))


def test_easy_classes_are_flat():
    verdicts = _verdicts([30, 30], spread=0.3)
    assert {each.verdict for each in verdicts.values()} == {"flat"}
    assert "flat since 2 pictures" in verdicts["a"].advice


def test_hard_classes_want_more_and_their_curve_rises():
    verdict = _verdicts([24, 24], spread=4, dimensions=200)["a"]
    assert verdict.verdict == "more would help"
    assert verdict.recalls[-1] > verdict.recalls[0]
    assert "24 more of `a` would help" in verdict.advice
    assert len(verdict.recalls) == len(verdict.sizes)


def test_few_pictures_are_too_few_to_tell_even_when_they_are_many_frames_of_one():
    assert (
        _verdicts([3, 20], spread=0.3)["a"].advice == "3 more different pictures of `a` before one can tell."
    )
    features, labels = clusters_on_sphere(np.random.default_rng(0), [10, 10])
    groups = np.where(labels == 0, np.flatnonzero(labels == 0)[0], np.arange(20))
    verdict = enough(Lesson.of(features, labels, groups), ("a", "b"), np.random.default_rng(0))["a"]
    assert verdict.verdict == "too few to tell"


def test_one_picture_a_class_is_told_without_a_curve():
    features = np.eye(2, 5, dtype=np.float32)
    verdicts = enough(Lesson.of(features, np.array([0, 1])), ("a", "b"), np.random.default_rng(0))
    assert verdicts["a"].sizes == ()
