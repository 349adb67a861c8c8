"""Enough? A learning curve by repeated subsampling, read aloud a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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
_FEWEST = 6
"""Different pictures that a class needs before a curve through it means anything."""


@dataclass(frozen=True, slots=True)
class Enough:
    """Whether a class has enough pictures.

    `recalls[i]` is its mean recall, 0..1, when each class had `sizes[i]` pictures (fewer, where it
    has no more). `advice` is a sentence.
    """

    verdict: Literal["too few to tell", "more would help", "flat"]
    advice: str
    sizes: tuple[int, ...]
    recalls: tuple[float, ...]


def enough(lesson: Lesson, classes: Sequence[str], random: np.random.Generator) -> Mapping[str, Enough]:
    """A verdict a class. Near-duplicates count once and never test one another.

    The curve is ridge's at one penalty, whatever the chosen head: it is the shape that counts.
    """
    rows = np.unique(lesson.groups, return_index=True)[1]
    kernel = CentredView.of(lesson.cosines[np.ix_(rows, rows)]).whole()
    labels = lesson.labels[rows]
    counts = np.bincount(labels, minlength=lesson.class_count)
    sizes = _sizes(int(min(counts.max() - 1, MOST_A_CLASS)))
    curves = np.array([_recalls(kernel, labels, size, random) for size in sizes])
    return {
        name: _verdict(name, int(counts[label]), sizes, curves[:, label] if sizes else curves)
        for label, name in enumerate(classes)
    }


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


def _verdict(name: str, count: int, sizes: tuple[int, ...], recalls: FloatArray) -> Enough:
    reached = tuple(size for size in sizes if size < count)
    own = tuple(float(value) for value in recalls[: len(reached)])
    if count < _FEWEST:
        advice = f"{_FEWEST - count} more different pictures of `{name}` before one can tell."
        return Enough("too few to tell", advice, reached, own)
    flat_since = _flat_since(reached, own)
    if flat_since is not None:
        advice = f"`{name}` is flat since {flat_since} pictures, at {own[-1]:.0%} recall."
        return Enough("flat", advice, reached, own)
    advice = f"{count} more of `{name}` would help: recall rose from {_rise(reached, own)} pictures."
    return Enough("more would help", advice, reached, own)


def _flat_since(sizes: tuple[int, ...], recalls: tuple[float, ...]) -> int | None:
    """The smallest size from which recall stayed within `FLAT` of the last, if that is at most half of it."""
    within = [recall >= recalls[-1] - FLAT for recall in recalls]
    first = next(index for index in range(len(sizes)) if all(within[index:]))
    return sizes[first] if sizes[first] * 2 <= sizes[-1] else None


def _rise(sizes: tuple[int, ...], recalls: tuple[float, ...]) -> str:
    half = max(index for index, size in enumerate(sizes) if size * 2 <= max(sizes[-1], 4))
    return f"{recalls[half]:.0%} at {sizes[half]} to {recalls[-1]:.0%} at {sizes[-1]}"
