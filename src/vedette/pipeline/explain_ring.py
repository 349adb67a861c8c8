"""A ring of rows of fixed size: one thread writes, any thread reads, nobody waits."""

from __future__ import annotations

from typing import Any

import numpy as np

from vedette.pipeline.explain_fold import STATES, Fold, Judgements, Looks
from vedette.pipeline.explain_wording import NUMBERS, Wordings

LIKELIEST = 4
_LOOKS = np.dtype(
    [
        ("looked", "u2"),
        ("refused", "u2"),
        ("failed", "u2"),
        ("missing", "u2"),
        ("unknown", "u2"),
        ("reason", "u2"),
        ("numbers", "f4", (NUMBERS,)),
        ("labels", "u2", (LIKELIEST,)),
        ("confidences", "f4", (LIKELIEST,)),
        ("means", "f4", (LIKELIEST,)),
    ]
)
_RULE = np.dtype(
    [
        ("is_there", "?"),
        ("state", "u1"),
        ("states", "u1"),
        ("changes", "u2"),
        ("evidence", "f4"),
        ("last_evidence", "f4"),
        ("enter_at", "f4"),
        ("leave_at", "f4"),
        ("confidence", "f4"),
        ("reason", "u2"),
        ("numbers", "f4", (NUMBERS,)),
    ]
)
_MOST = 65535
_NO_NUMBERS = (0.0,) * NUMBERS
_NO_LOOKS = (0, 0, 0, 0, 0, 0, _NO_NUMBERS, (0,) * LIKELIEST, (0.0,) * LIKELIEST, (0.0,) * LIKELIEST)
_NO_RULE = (False, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, _NO_NUMBERS)


def _layout(classifiers: int, rules: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("sequence", "i8"),
            ("at", "f8"),
            ("until", "f8"),
            ("monotonic", "f8"),
            ("frames", "u2"),
            ("frames_open", "u2"),
            ("gate_reason", "u2"),
            ("gate_numbers", "f4", (NUMBERS,)),
            ("energy", "f4"),
            ("threshold", "f4"),
            ("is_anew", "?"),
            ("looks", _LOOKS, (classifiers,)),
            ("rules", _RULE, (rules,)),
        ]
    )


class RowRing:
    """The last rows of one camera while it has these classifiers and rules.

    A reader takes a copy and leaves out what was overwritten meanwhile, so the camera's thread
    never waits for one.
    """

    def __init__(self, rows: int, classifiers: tuple[str, ...], rules: tuple[str, ...]) -> None:
        self.classifiers = classifiers
        self.rules = rules
        self.wordings = Wordings()
        self._names = frozenset(classifiers), frozenset(rules)
        # One more than asked: the row that is being written counts for nothing.
        self._rows = np.zeros(rows + 1, _layout(len(classifiers), len(rules)))
        self._written = 0

    @property
    def nbytes(self) -> int:
        """What the rows take; never more, never less."""
        return self._rows.nbytes

    def fits(self, fold: Fold) -> bool:
        """Whether there is a place for every classifier and rule in it."""
        return set(fold.looks) <= self._names[0] and set(fold.rules) <= self._names[1]

    def append(self, fold: Fold) -> None:
        """Keep one row, in the place of the oldest."""
        self._rows[self._written % len(self._rows)] = self._packed(fold)
        self._written += 1

    def with_unfinished(
        self, rows: np.ndarray[Any, np.dtype[np.void]], fold: Fold
    ) -> np.ndarray[Any, np.dtype[np.void]]:
        """The rows, and the one that `fold` would be now unless it is among them."""
        if len(rows) and rows["sequence"][-1] >= fold.sequence:
            return rows
        return np.concatenate([rows, np.array([self._packed(fold)], self._rows.dtype)])

    def copy(self) -> np.ndarray[Any, np.dtype[np.void]]:
        """The rows that are held, oldest first."""
        last, size = self._written, len(self._rows)
        first = max(0, last - size)
        begin = first % size
        older, newer = self._rows[begin : begin + last - first], self._rows[: first % size]
        copied = np.concatenate([older, newer])
        overwritten = max(0, self._written - size + 1 - first)
        return copied[overwritten:]

    def _packed(self, fold: Fold) -> tuple[Any, ...]:
        reason, numbers = self.wordings.code(fold.gate_reason)
        return (
            fold.sequence,
            fold.at.timestamp(),
            fold.until.timestamp(),
            fold.monotonic,
            min(fold.frames, _MOST),
            min(fold.frames_open, _MOST),
            reason,
            numbers,
            max(0.0, fold.energy),
            fold.threshold,
            fold.is_anew,
            [self._packed_looks(fold.looks.get(name)) for name in self.classifiers],
            [self._packed_rule(fold.rules.get(name)) for name in self.rules],
        )

    def _packed_looks(self, looks: Looks | None) -> tuple[Any, ...]:
        if looks is None:
            return _NO_LOOKS
        reason, numbers = self.wordings.code(looks.reason)
        likeliest = sorted(looks.confidences.items(), key=_confidence, reverse=True)[:LIKELIEST]
        rest = (0,) * (LIKELIEST - len(likeliest))
        known, sums = max(1, looks.looked - looks.unknown), looks.sums
        return (
            min(looks.looked, _MOST),
            min(looks.refused, _MOST),
            min(looks.failed, _MOST),
            min(looks.missing, _MOST),
            min(looks.unknown, _MOST),
            reason,
            numbers,
            (*(self.wordings.name(label) for label, _ in likeliest), *rest),
            (*(confidence for _, confidence in likeliest), *rest),
            (*(sums.get(label, 0.0) / known for label, _ in likeliest), *rest),
        )

    def _packed_rule(self, rule: Judgements | None) -> tuple[Any, ...]:
        if rule is None:
            return _NO_RULE
        reason, numbers = self.wordings.code(rule.reason)
        return (
            True,
            STATES.index(rule.state),
            rule.states,
            min(rule.changes, _MOST),
            rule.evidence,
            rule.last_evidence,
            rule.enter_at,
            rule.leave_at,
            rule.confidence,
            reason,
            numbers,
        )


def _confidence(item: tuple[str, float]) -> float:
    return item[1]
