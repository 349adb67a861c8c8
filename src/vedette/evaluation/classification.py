"""Scores of a classifier on labelled pictures: pure functions of labels.

`unknown` is an answer, never a truth of a taught class. An unknown answer to a known class is an
error and counts against accuracy and recall. A picture whose true class was never taught ought
to be unknown: it counts as right if it is, but is kept apart from the known classes' scores.
What is undefined (a precision where nothing was answered so) is None, not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vedette.values.prediction import UNKNOWN

_Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One true class: shares in 0..1, `support` in pictures, `unknown` of them answered unknown."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the answers were.

    `accuracy`, `balanced_accuracy` (mean recall of the classes that occur) and `unknown_rate`
    are over the pictures of taught classes; `accuracy_without_rejection` takes the best class
    whether or not it was rejected. `confusion[true][answer]` counts pictures; its rows are the
    true labels, taught or not, its columns the taught classes and `unknown`.
    `strangers_rejected` is the share of pictures of other classes that were answered unknown.
    """

    accuracy: float | None
    balanced_accuracy: float | None
    accuracy_without_rejection: float | None
    unknown_rate: float | None
    strangers_rejected: float | None
    per_class: dict[str, ClassFigures]
    confusion: dict[str, dict[str, int]]


def evaluate_answers(
    truths: Sequence[str], answers: Sequence[str], best: Sequence[str], classes: Sequence[str]
) -> Evaluation:
    """Compare `answers` (taught classes or `unknown`) with `truths`; `best` is before rejection.

    Raises:
        ValueError: sequences of different lengths, or an answer that is no class.
    """
    if not len(truths) == len(answers) == len(best):
        raise ValueError(f"{len(truths)} truths, {len(answers)} answers, {len(best)} best answers")
    strangers = sorted(set(truths) - set(classes))
    counts = count_confusion(truths, answers, [*classes, *strangers], [*classes, UNKNOWN])
    known = counts[: len(classes)]
    unranked = count_confusion(truths, best, [*classes, *strangers], list(classes))[: len(classes)]
    recalls = _ratios(np.diagonal(known), known.sum(axis=1))
    occurring = [recall for recall in recalls if recall is not None]
    rows = [*classes, *strangers]
    return Evaluation(
        accuracy=_ratio(int(np.trace(known)), int(known.sum())),
        balanced_accuracy=float(np.mean(occurring)) if occurring else None,
        accuracy_without_rejection=_ratio(int(np.trace(unranked)), int(unranked.sum())),
        unknown_rate=_ratio(int(known[:, -1].sum()), int(known.sum())),
        strangers_rejected=_ratio(int(counts[len(classes) :, -1].sum()), int(counts[len(classes) :].sum())),
        per_class=_per_class(classes, counts, recalls),
        confusion={
            true: dict(zip([*classes, UNKNOWN], row.tolist(), strict=True))
            for true, row in zip(rows, counts, strict=True)
        },
    )


def count_confusion(
    truths: Sequence[str], answers: Sequence[str], rows: Sequence[str], columns: Sequence[str]
) -> _Counts:
    """`int64 [rows, columns]`: how often each truth got each answer."""
    row_of = {label: index for index, label in enumerate(rows)}
    column_of = {label: index for index, label in enumerate(columns)}
    odd = set(answers) - column_of.keys()
    if odd:
        raise ValueError(f"answers that are no class: {sorted(odd)}")
    places = [
        row_of[true] * len(columns) + column_of[answer] for true, answer in zip(truths, answers, strict=True)
    ]
    counts = np.bincount(np.array(places, dtype=np.int64), minlength=len(rows) * len(columns))
    return counts.reshape(len(rows), len(columns))


def _per_class(
    classes: Sequence[str], counts: _Counts, recalls: Sequence[float | None]
) -> dict[str, ClassFigures]:
    # Strangers that were taken for a class count against its precision.
    precisions = _ratios(np.diagonal(counts), counts.sum(axis=0)[: len(classes)])
    return {
        name: ClassFigures(
            precision=precisions[index],
            recall=recalls[index],
            f1=_f1(precisions[index], recalls[index]),
            support=int(counts[index].sum()),
            unknown=int(counts[index, -1]),
        )
        for index, name in enumerate(classes)
    }


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None or precision + recall == 0:
        return None
    return 2 * precision * recall / (precision + recall)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _ratios(parts: _Counts, wholes: _Counts) -> list[float | None]:
    return [_ratio(int(part), int(whole)) for part, whole in zip(parts, wholes, strict=False)]
