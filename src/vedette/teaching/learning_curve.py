"""A learning curve by repeated subsampling: how recall grew with the number of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from vedette.teaching.features import FloatArray, IntArray
from vedette.teaching.heads.centring import CentredView
from vedette.teaching.lesson import Lesson

REPEATS = 12
MOST_A_CLASS = 64
"""Larger subsets would only be slower: a curve is flat by then, or the classes are mixed up."""

FLAT = 0.02
"""A recall that grew by no more than this since half as many pictures has stopped growing."""

_PENALTY = np.float32(0.1)


class Curve(NamedTuple):
    """A class's mean recall, 0..1, when each class had `sizes[i]` pictures (fewer, where it has no more)."""

    sizes: tuple[int, ...]
    recalls: tuple[float, ...]

    @property
    def is_rising(self) -> bool:
        """From half of the largest size on it grew by more than `FLAT`; also if nothing tells."""
        if len(self.sizes) < 2:
            return True
        half = max((place for place, size in enumerate(self.sizes) if 2 * size <= self.sizes[-1]), default=0)
        return self.recalls[-1] - self.recalls[half] > FLAT


def learning_curves(lesson: Lesson, classes: Sequence[str], seed: int = 0) -> Mapping[str, Curve]:
    """A curve a class. Near-duplicates count once and never test one another.

    Ridge's at one penalty, whatever the chosen head: it is the shape that counts.
    """
    sampled = _Sampled.of(lesson)
    sizes = _sizes(int(min(sampled.counts.max() - 1, MOST_A_CLASS)))
    recalls = [sampled.recalls(size, seed) for size in sizes]
    curves = {}
    for label, name in enumerate(classes):
        reached = tuple(size for size in sizes if size < sampled.counts[label])
        curves[name] = Curve(reached, tuple(float(each[label]) for each in recalls[: len(reached)]))
    return curves


def rise(lesson: Lesson, label: int, seed: int = 0) -> Curve:
    """The curve of one class at two sizes, of which the larger leaves a quarter of its pictures to test on.

    With a single one left, one draw in twelve would be eight percent.
    """
    sampled = _Sampled.of(lesson)
    largest = int(min(3 * sampled.counts[label] // 4, MOST_A_CLASS))
    sizes = tuple(size for size in (largest // 2, largest) if size >= 2)
    return Curve(sizes, tuple(float(sampled.recalls(size, seed)[label]) for size in sizes))


class _Sampled(NamedTuple):
    """The different pictures: their centred kernel `[n, n]`, labels `[n]` and counts `[class_count]`."""

    kernel: FloatArray
    labels: IntArray
    counts: IntArray

    @classmethod
    def of(cls, lesson: Lesson) -> _Sampled:
        rows = np.unique(lesson.groups, return_index=True)[1]
        kernel = CentredView.of(lesson.cosines[np.ix_(rows, rows)]).whole()
        labels = lesson.labels[rows]
        return cls(kernel, labels, np.bincount(labels, minlength=lesson.class_count))

    def recalls(self, size: int, seed: int) -> FloatArray:
        """`[class_count]`, the same whatever other sizes are asked for."""
        return _recalls(self.kernel, self.labels, size, np.random.default_rng([seed, size]))


def _sizes(largest: int) -> tuple[int, ...]:
    """2, 3, 4, 6, 8, 12, 16 ... and the largest."""
    steps = sorted({*(2**power for power in range(1, 7)), *(3 * 2**power for power in range(6)), largest})
    return tuple(step for step in steps if 2 <= step <= largest)


def _recalls(kernel: FloatArray, labels: IntArray, size: int, random: np.random.Generator) -> FloatArray:
    """`[class_count]`: mean recall of pictures that were not drawn, over draws of `size` a class."""
    drawn = _draws(labels, size, random)
    class_count = int(labels.max()) + 1
    targets = np.eye(class_count, dtype=np.float32)[labels[drawn]]
    inner = kernel[drawn[:, :, None], drawn[:, None, :]] + _PENALTY * np.eye(drawn.shape[1], dtype=np.float32)
    means = targets.mean(axis=1, keepdims=True)
    dual = np.linalg.solve(inner, targets - means)
    scores = np.take(kernel, drawn, axis=1).transpose(1, 0, 2) @ dual + means
    is_right = scores.argmax(axis=2) == labels
    is_test = np.ones_like(is_right)
    np.put_along_axis(is_test, drawn, values=False, axis=1)
    members = np.eye(class_count)[labels]
    tested = is_test @ members
    right = (is_right & is_test) @ members
    recalls: FloatArray = (right.sum(axis=0) / np.maximum(tested.sum(axis=0), 1)).astype(np.float32)
    return recalls


def _draws(labels: IntArray, size: int, random: np.random.Generator) -> IntArray:
    """`[REPEATS, drawn]` rows: of each class `size`, or all but one of a smaller class."""
    parts = []
    for label in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == label)
        order = random.random((REPEATS, len(rows))).argsort(axis=1)
        parts.append(rows[order[:, : max(1, min(size, len(rows) - 1))]])
    return np.concatenate(parts, axis=1)
