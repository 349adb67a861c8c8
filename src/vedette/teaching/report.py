"""What a teaching tells the person who taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vedette.teaching.doubts import Doubt
from vedette.teaching.examples import Example
from vedette.teaching.manifest import ClassScore
from vedette.teaching.teach import Taught

WORST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TeachingReport:
    """The outcome of a teaching.

    `change` is what was changed. `worst` are pictures that another class fits better. `remarks` are
    sentences: pictures skipped, the same picture in two classes, scores that flatter. `tried` gives each
    head's leave-one-out balanced accuracy. `embedding_seconds` is spent on `embedded` new pictures,
    `teaching_seconds` on all the rest.
    """

    name: str
    change: str
    classes: tuple[str, ...]
    scores: dict[str, ClassScore]
    balanced_accuracy: float
    head: str
    reason: str
    temperature: float
    worst: tuple[Doubt, ...]
    remarks: tuple[str, ...]
    tried: dict[str, float]
    embedded: int
    embedding_seconds: float
    teaching_seconds: float

    @property
    def pictures(self) -> int:
        """Examples of all classes."""
        return sum(score.pictures for score in self.scores.values())

    @property
    def false_rejects(self) -> int:
        """Of all examples, left out, turned away as unknown."""
        return sum(score.false_rejects for score in self.scores.values())


def class_scores(taught: Taught, classes: Sequence[str]) -> dict[str, ClassScore]:
    """Leave-one-out scores a class, before rejection; what rejection would do stands beside."""
    lesson = taught.lesson
    answers = taught.choice.taken.fit.leave_one_out.argmax(axis=1)
    right = np.bincount(lesson.labels[answers == lesson.labels], minlength=len(classes))
    answered = np.bincount(answers, minlength=len(classes))
    near_duplicates = taught.duplicates.counts(lesson.labels)
    return {
        name: _class_score(taught, index, (right[index], answered[index], near_duplicates[index]))
        for index, name in enumerate(classes)
    }


def _class_score(taught: Taught, index: int, counted: tuple[int, int, int]) -> ClassScore:
    """`counted`: leave-one-out answers of this class that were right, all of them, near-duplicates."""
    right, answered, near_duplicates = (int(each) for each in counted)
    pictures = int(taught.lesson.class_sizes[index])
    limit = float(taught.rejection.limits[index])
    return ClassScore(
        pictures=pictures,
        near_duplicates=near_duplicates,
        recall=right / pictures,
        precision=right / answered if answered else None,
        false_rejects=int(taught.rejection.false_rejects[index]),
        distance_limit=limit if np.isfinite(limit) else None,
        is_flattered=index in taught.flattered,
    )


def remarks_on(taught: Taught, examples: Sequence[Example], classes: Sequence[str]) -> tuple[str, ...]:
    """Sentences on what flatters a score and on contradicting labels."""
    remarks = []
    for label in taught.flattered:
        count = int(taught.lesson.class_sizes[label])
        what = "has a single picture" if count == 1 else f"has {count} pictures that are nearly one picture"
        remarks.append(f"`{classes[label]}` {what}: its score says little; show it in other ways.")
    for first, second in taught.duplicates.conflicts[:WORST_SHOWN]:
        one, other = examples[first], examples[second]
        remarks.append(
            f"{one.name} (`{one.label}`) and {other.name} (`{other.label}`) are nearly the same picture."
        )
    return tuple(remarks)
