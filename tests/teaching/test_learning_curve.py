from __future__ import annotations

import numpy as np
import pytest

from parts.taught_pictures import clusters_on_sphere
from vedette.teaching.learning_curve import Curve, learning_curves, rise
from vedette.teaching.lesson import Lesson


def lesson(sizes, spread, dimensions=60):
    features, labels = clusters_on_sphere(np.random.default_rng(0), sizes, dimensions, spread)
    return Lesson.of(features, labels)


def test_easy_classes_are_flat_and_hard_ones_rise():
    easy, hard = lesson([30, 30], spread=0.3), lesson([24, 24], spread=4, dimensions=200)
    assert learning_curves(easy, ("a", "b"))["a"].sizes == (2, 3, 4, 6, 8, 12, 16, 24, 29)
    assert [rise(each, 0).is_rising for each in (easy, hard)] == [False, True]
    curve = learning_curves(hard, ("a", "b"))["a"]
    assert curve.recalls[-1] > curve.recalls[0]


def test_the_two_sizes_of_a_rise_are_those_of_the_whole_curve():
    hard = lesson([32, 32], spread=4, dimensions=200)
    whole = learning_curves(hard, ("a", "b"))["a"]
    short = rise(hard, 0)
    assert short.sizes == (12, 24)
    assert short.recalls == tuple(whole.recalls[whole.sizes.index(size)] for size in short.sizes)


def test_many_frames_of_one_picture_are_one_picture():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [10, 10])
    groups = np.where(labels == 0, np.flatnonzero(labels == 0)[0], np.arange(20))
    curves = learning_curves(Lesson.of(features, labels, groups), ("a", "b"))
    assert curves["a"].sizes == ()
    assert curves["b"].sizes[-1] == 9


@pytest.mark.parametrize("curve", [Curve((), ()), Curve((2,), (0.5,))])
def test_what_tells_nothing_may_rise(curve):
    assert curve.is_rising
