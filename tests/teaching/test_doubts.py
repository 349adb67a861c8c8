from __future__ import annotations

import numpy as np

from parts.taught_pictures import clusters_on_sphere
from vedette.teaching.doubts import doubts_of, worst
from vedette.teaching.examples import Example
from vedette.teaching.report import class_scores
from vedette.teaching.teach import teach

CLASSES = ("cat", "mouse")


def named(labels):
    return [
        Example(digest=f"{row:064x}", suffix=".jpg", label=CLASSES[label], name=f"picture {row}")
        for row, label in enumerate(labels)
    ]


def doubts(features, labels):
    taught = teach(features.astype(np.float32), labels, CLASSES)
    return taught, doubts_of(taught, named(labels), CLASSES)


def test_a_wrong_label_is_doubted_most_and_says_what_it_looks_like():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [15, 15], 40, 0.4)
    wrong = int(np.flatnonzero(labels == 0)[0])
    labels[wrong] = 1
    taught, found = doubts(features, labels)
    first = found[0]
    assert (first.name, first.label, first.looks_like) == (f"picture {wrong}", "mouse", "cat")
    assert first.is_suspect
    assert first.why.startswith("looks like `cat` (")
    assert [each.confidence for each in found] == sorted(each.confidence for each in found)
    assert len(found) == 30
    assert worst(taught, named(labels), CLASSES) == tuple(each for each in found if each.is_suspect)[:5]
    scores = class_scores(taught, CLASSES)
    missed = sum(round((1 - score.recall) * score.pictures) for score in scores.values())
    assert sum(each.is_suspect for each in found) == missed


def test_the_same_picture_in_two_classes_names_the_other():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [12, 12], 40, 0.4)
    cat, mouse = (int(np.flatnonzero(labels == label)[0]) for label in (0, 1))
    features[mouse] = features[cat]
    _, found = doubts(features, labels)
    said = {each.name: each.why for each in found}
    assert said[f"picture {cat}"] == f"nearly the same picture as `picture {mouse}`, which is of `mouse`"
    assert said[f"picture {mouse}"] == f"nearly the same picture as `picture {cat}`, which is of `cat`"
    by_digest = {each.digest: each for each in found}
    twins = [by_digest[each.twin].name for each in found if each.twin]
    assert sorted(twins) == sorted([f"picture {cat}", f"picture {mouse}"])


def test_what_fits_says_so_and_what_is_like_no_other_too():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [20, 20], 40, 0.3)
    stranger = int(np.flatnonzero(labels == 1)[0])
    odd = np.zeros(40)
    odd[7] = 1.0
    features[stranger] = 0.15 * features[stranger] + odd
    features[stranger] /= np.linalg.norm(features[stranger])
    _, found = doubts(features, labels)
    said = {each.name: each.why for each in found}
    assert {said.pop(f"picture {stranger}").split(" ")[0]} <= {"unlike", "looks"}
    assert "fits `cat`" in said.values()
