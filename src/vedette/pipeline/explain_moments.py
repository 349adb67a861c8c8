"""Rows gathered into slices of the window: a strip that one sees at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from vedette.pipeline.explain_answer import Moment, slices
from vedette.pipeline.explain_row import ExplainRow, LookCell, State
from vedette.pipeline.explain_window import Window


def moments(window: Window, rows: Sequence[ExplainRow]) -> tuple[float, tuple[Moment, ...]]:
    """How long each slice is, and the slices; a row belongs to that in which it begins."""
    seconds, starts = slices(window)
    gathered: list[list[ExplainRow]] = [[] for _ in starts]
    for row in rows:
        place = int((row.at - window.since).total_seconds() // seconds)
        gathered[max(0, min(len(starts) - 1, place))].append(row)
    return seconds, tuple(_moment(at, held) for at, held in zip(starts, gathered, strict=True))


def _moment(at: datetime, rows: Sequence[ExplainRow]) -> Moment:
    looks = [look for row in rows for look in row.looks.values()]
    rules = [rule for row in rows for rule in row.rules.values()]
    likeliest = max((look for look in looks if look.best), key=_confidence, default=None)
    return Moment(
        at=at,
        frames=sum(row.frames for row in rows),
        frames_open=sum(row.frames_open for row in rows),
        energy=max((row.energy for row in rows), default=0.0),
        looked=sum(look.looked for look in looks),
        refused=sum(look.refused - look.missing for look in looks),
        label=None if likeliest is None else likeliest.best,
        confidence=0.0 if likeliest is None else _confidence(likeliest),
        evidence=max((rule.evidence / rule.enter_at for rule in rules if rule.enter_at > 0), default=0.0),
        state=_strongest(state for rule in rules for state in rule.states),
    )


def _confidence(look: LookCell) -> float:
    return next(iter(look.confidences.values()), 0.0)


def _strongest(states: Iterable[State]) -> State:
    seen = set(states)
    return "active" if "active" in seen else "inactive" if "inactive" in seen else "undecided"
