"""The numbers of one teaching: from embeddings with labels to a judge and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vedette.teaching.duplicates import Duplicates, find_duplicates, left_out_together
from vedette.teaching.features import DEFAULT_RECIPE, FloatArray, IntArray
from vedette.teaching.heads.automatic import AUTO, Choice, choose_head
from vedette.teaching.heads.proxies import Looks
from vedette.teaching.judge import Judge
from vedette.teaching.lesson import Lesson
from vedette.teaching.rejection import RejectionFit, fit_rejection


class Asked(NamedTuple):
    """What a person may ask of a teaching: the kind of head, the feature recipe, k-means' seed."""

    head: str = AUTO
    recipe: str = DEFAULT_RECIPE
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Taught:
    """A teaching's outcome, in the order of its examples."""

    judge: Judge
    lesson: Lesson
    choice: Choice
    duplicates: Duplicates
    rejection: RejectionFit

    @property
    def flattered(self) -> tuple[int, ...]:
        """Classes whose pictures are all near-duplicates of one another, or a single one."""
        groups = self.duplicates.groups
        labels = self.lesson.labels
        return tuple(
            label for label in range(self.lesson.class_count) if len(np.unique(groups[labels == label])) == 1
        )


def teach(
    features: FloatArray,
    labels: IntArray,
    classes: tuple[str, ...],
    asked: Asked = Asked(),  # noqa: B008 an immutable tuple
    cosines: FloatArray | None = None,
) -> Taught:
    """Fit head, temperature and limits to `[n, d]` features by `asked.recipe` with labels `[n]`.

    `cosines` `[n, n]` of the features may be given, so that only new rows had to be computed.
    """
    cosines = features @ features.T if cosines is None else cosines
    duplicates = find_duplicates(cosines, labels)
    lesson = Lesson.of(features, labels, left_out_together(duplicates.groups, labels), cosines)
    looks = Looks.of(lesson, np.random.default_rng(asked.seed))
    choice = choose_head(lesson, looks, asked.head)
    rejection = fit_rejection(lesson, looks)
    judge = _judge(lesson, choice, rejection, (classes, asked.recipe))
    return Taught(judge, lesson, choice, duplicates, rejection)


def _judge(
    lesson: Lesson, choice: Choice, rejection: RejectionFit, named: tuple[tuple[str, ...], str]
) -> Judge:
    """Multiplied out in a single pass over the features: all that a teaching reads of them."""
    draft = choice.taken.fit.draft
    count = len(lesson.labels)
    even = np.full((1, count), 1 / count, np.float32)
    sums = np.vstack([rejection.shares, draft.shares, even]) @ lesson.features
    looks, own, mean = np.split(sums, [len(rejection.shares), len(sums) - 1])
    head = draft.formed(lesson.features, own, mean[0])
    return Judge(*named, head, choice.taken.temperature, rejection.formed(looks, mean[0]))
