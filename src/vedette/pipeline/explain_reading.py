"""Rows of a ring, found by time and given back with their names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import numpy as np

from vedette.pipeline.explain_fold import STATES, states_of
from vedette.pipeline.explain_ring import RowRing
from vedette.pipeline.explain_row import ExplainRow, LookCell, RuleCell, State
from vedette.pipeline.explain_window import Window

Rows = np.ndarray[Any, np.dtype[np.void]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Judged = np.ndarray[Any, np.dtype[np.float64]]
"""`float64 [rows, 5]`: when (seconds since 1970), evidence, confidence, enter_at, leave_at."""


def within(rows: Rows, window: Window | None, after: int) -> Rows:
    """Those of a higher sequence that touch the window; every row is looked at, as a clock may jump."""
    chosen = rows["sequence"] > after
    if window is not None:
        since, until = window.since.timestamp(), window.until.timestamp()
        first = np.minimum(rows["at"], rows["until"])
        last = np.maximum(rows["at"], rows["until"])
        chosen &= (first < until) & (last >= since)
    return rows[chosen]


def decoded(row: np.void, ring: RowRing) -> ExplainRow:
    """One row with its names."""
    return ExplainRow(
        sequence=int(row["sequence"]),
        at=_time(row["at"]),
        until=_time(row["until"]),
        monotonic_seconds=float(row["monotonic"]),
        frames=int(row["frames"]),
        frames_open=int(row["frames_open"]),
        gate_reason=ring.wordings.sentence(row["gate_reason"], row["gate_numbers"].tolist()),
        energy=float(row["energy"]),
        threshold=float(row["threshold"]),
        looks={name: _looks(cell, ring) for name, cell in zip(ring.classifiers, row["looks"], strict=True)},
        rules={
            name: _rule(cell, ring)
            for name, cell in zip(ring.rules, row["rules"], strict=True)
            if cell["is_there"]
        },
    )


def held(cells: Rows) -> tuple[Rows, Flags]:
    """A rule's cells with those of resting rows, in which nobody judged, as they were left before.

    And which of them are known: none is before the first verdict.
    """
    judged_at = np.maximum.accumulate(np.where(cells["is_there"], np.arange(len(cells)), -1))
    filled: Rows = cells[np.maximum(0, judged_at)].copy()
    rests = ~cells["is_there"]
    filled["evidence"][rests] = filled["last_evidence"][rests]
    filled["confidence"][rests] = 0.0
    filled["changes"][rests] = 0
    # A bit for its state alone: what else was seen was seen before.
    filled["states"][rests] = np.left_shift(1, filled["state"][rests])
    return filled, judged_at >= 0


def judged(rows: Rows, ring: RowRing, rule: str) -> Judged:
    """One rule's columns of the rows that it is in, without their words."""
    cells = rows["rules"][:, ring.rules.index(rule)]
    names = ("last_evidence", "confidence", "enter_at", "leave_at")
    columns = np.column_stack([rows["until"], *(cells[name] for name in names)]).astype(np.float64)
    found: Judged = columns[cells["is_there"]]
    return found


def _looks(cell: np.void, ring: RowRing) -> LookCell:
    labels = zip(cell["labels"].tolist(), cell["confidences"].tolist(), strict=True)
    return LookCell(
        looked=int(cell["looked"]),
        refused=int(cell["refused"]),
        failed=int(cell["failed"]),
        missing=int(cell["missing"]),
        unknown=int(cell["unknown"]),
        confidences={ring.wordings.sentence(label): confidence for label, confidence in labels if label},
        reason=ring.wordings.sentence(cell["reason"], cell["numbers"].tolist()),
    )


def _rule(cell: np.void, ring: RowRing) -> RuleCell:
    return RuleCell(
        state=cast("State", STATES[cell["state"]]),
        states=cast("tuple[State, ...]", states_of(int(cell["states"]))),
        changes=int(cell["changes"]),
        evidence=float(cell["evidence"]),
        last_evidence=float(cell["last_evidence"]),
        enter_at=float(cell["enter_at"]),
        leave_at=float(cell["leave_at"]),
        confidence=float(cell["confidence"]),
        reason=ring.wordings.sentence(cell["reason"], cell["numbers"].tolist()),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
