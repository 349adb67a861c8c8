"""How an event's decision came about, taken from the explain log and thinned out for a plot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.explain_reading import Judged
from vedette.pipeline.explain_window import Window
from vedette.values.event import Event
from vedette.values.evidence import Evidence

LEAD = timedelta(seconds=10)
"""How much of what came before the event is kept."""

MOST_POINTS = 200

_WHEN, _EVIDENCE = 0, 1


def evidence_of(log: ExplainLog, event: Event, now: datetime | None = None) -> Evidence | None:
    """The evidence of the event's rule from some seconds before it opened until it closed, or until now.

    None where the log knows nothing: an event of another run, or one that no rule opened.
    """
    until = event.closed_at or now or datetime.now(UTC)
    try:
        window = Window(event.opened_at - LEAD, max(until, event.opened_at) + timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        return None
    found = log.judgements(event.camera, event.rule, window)
    rows = _ascending(np.concatenate(found)) if found else np.empty((0, 5))
    if not len(rows):
        return None
    thin = _thinned(rows, MOST_POINTS)
    seconds = thin[:, _WHEN] - event.opened_at.timestamp()
    return Evidence(
        enter_at=round(float(rows[-1, 3]), 3),
        leave_at=round(float(rows[-1, 4]), 3),
        seconds=tuple(np.round(seconds, 2).tolist()),
        evidence=tuple(np.round(thin[:, _EVIDENCE], 2).tolist()),
        confidence=tuple(np.round(thin[:, 2], 3).tolist()),
    )


def _ascending(rows: Judged) -> Judged:
    """Without rows from before the clock was set back: a plot's time goes one way."""
    latest = np.maximum.accumulate(rows[:, _WHEN])
    found: Judged = rows[rows[:, _WHEN] >= latest]
    return found


def _thinned(rows: Judged, most: int) -> Judged:
    """At most so many rows: of each slice the lowest and the highest, so that no peak is lost."""
    if len(rows) <= most:
        return rows
    kept = {0, len(rows) - 1}
    for places in np.array_split(np.arange(len(rows)), most // 2 - 1):
        evidence = rows[places, _EVIDENCE]
        kept |= {int(places[evidence.argmin()]), int(places[evidence.argmax()])}
    found: Judged = rows[sorted(kept)]
    return found
