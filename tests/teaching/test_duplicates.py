from __future__ import annotations

import numpy as np

from parts.taught_pictures import clusters_on_sphere
from vedette.teaching.duplicates import find_duplicates, left_out_together
from vedette.teaching.heads.imprint import Imprint
from vedette.teaching.lesson import Lesson
from vedette.teaching.teach import teach


def _with_bursts(seed, sizes, burst):
    """Each picture followed by `burst - 1` that nearly equal it."""
    random = np.random.default_rng(seed)
    features, labels = clusters_on_sphere(random, sizes, dimensions=200, spread=2.5)
    features, labels = np.repeat(features, burst, axis=0), np.repeat(labels, burst)
    features = features + 0.002 * random.standard_normal(features.shape)
    return (features / np.linalg.norm(features, axis=1, keepdims=True)).astype(np.float32), labels


def test_bursts_are_found_and_single_pictures_are_not():
    features, labels = _with_bursts(0, [6, 5], burst=4)
    duplicates = find_duplicates(features @ features.T, labels)
    assert duplicates.groups.tolist() == np.repeat(np.arange(11) * 4, 4).tolist()
    assert duplicates.counts(labels).tolist() == [18, 15]
    alone, alone_labels = _with_bursts(0, [6, 5], burst=1)
    assert find_duplicates(alone @ alone.T, alone_labels).counts(alone_labels).tolist() == [0, 0]


def test_the_same_bytes_twice_are_duplicates_whatever_the_others_are_like():
    features, labels = clusters_on_sphere(np.random.default_rng(1), [5, 5])
    features, labels = np.vstack([features, features[:1]]), np.append(labels, labels[0])
    assert find_duplicates(features @ features.T, labels).groups[-1] == 0


def test_the_same_picture_in_two_classes_is_a_conflict_and_not_a_group():
    features, labels = clusters_on_sphere(np.random.default_rng(1), [5, 5])
    features, labels = np.vstack([features, features[:1]]), np.append(labels, 1 - labels[0])
    duplicates = find_duplicates(features @ features.T, labels)
    assert duplicates.conflicts == ((0, 10),)
    assert len(np.unique(duplicates.groups)) == 11


def test_a_slow_pan_is_not_chained_into_one_picture():
    angles = np.linspace(0, np.pi / 2, 60)
    features = np.stack([np.cos(angles), np.sin(angles), np.zeros(60)], axis=1).astype(np.float32)
    labels = np.zeros(60, dtype=np.int64)
    groups = find_duplicates(features @ features.T, labels).groups
    assert 3 < len(np.unique(groups)) < 40


def test_duplicates_do_not_flatter_leave_one_out():
    random = np.random.default_rng(0)
    noise = random.standard_normal((12, 200)).astype(np.float32)
    features = np.repeat(noise, 5, axis=0) + 0.01 * random.standard_normal((60, 200)).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    labels = np.repeat(np.arange(12) % 2, 5)
    fooled = Imprint().fit(Lesson.of(features, labels)).leave_one_out.argmax(axis=1)
    assert (fooled == labels).mean() > 0.95
    honest = teach(features, labels, ("a", "b")).choice.taken.balanced_accuracy
    assert honest < 0.75


def test_a_class_that_is_one_burst_is_left_out_one_by_one_and_said_to_flatter():
    features, labels = _with_bursts(2, [1, 4], burst=5)
    groups = find_duplicates(features @ features.T, labels).groups
    split = left_out_together(groups, labels)
    assert len(np.unique(split[labels == 0])) == 5
    assert np.array_equal(split[labels == 1], groups[labels == 1])
    assert teach(features, labels, ("a", "b")).flattered == (0,)
