"""Stretches in which no frame came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from vedette.pipeline.explain_answer import Question
from vedette.pipeline.explain_row import ExplainRow
from vedette.pipeline.explain_window import Window

_SHORTEST_SECONDS = 3.0
_TIMES_THE_USUAL = 4.0
"""A camera that sends a picture a minute is not lost between two of them."""


def gaps(question: Question, rows: Sequence[ExplainRow]) -> tuple[Window, ...]:
    """Those that touch the window, cut to it. `rows` reach beyond the window, so that its edges tell."""
    if question.known_since is not None and question.end <= question.known_since:
        return ()  # that nothing is known of a time does not tell that no frame came
    least = max(_SHORTEST_SECONDS, _TIMES_THE_USUAL * _usual_seconds(rows))
    found = []
    for last, following in _between(question, rows):
        since, until = max(last, question.window.since), min(following, question.end)
        if (until - since).total_seconds() >= least:
            found.append(Window(since, until))
    return tuple(found)


def _between(question: Question, rows: Sequence[ExplainRow]) -> Iterator[tuple[datetime, datetime]]:
    """What lies between rows, by the clock that nobody sets; and before the first and after the last."""
    if not rows:
        yield question.window.since, question.end
        return
    if question.known_since is not None and question.known_since < rows[0].at:
        yield question.window.since, rows[0].at
    for row, following in pairwise(rows):
        missing = following.monotonic_seconds - row.monotonic_seconds - _lasts(row)
        yield row.until, row.until + timedelta(seconds=missing)
    yield rows[-1].until, question.end


def _lasts(row: ExplainRow) -> float:
    return (row.until - row.at).total_seconds()


def _usual_seconds(rows: Sequence[ExplainRow]) -> float:
    """Between two frames."""
    between = [
        (following.monotonic_seconds - row.monotonic_seconds) / row.frames
        for row, following in pairwise(rows)
        if row.frames
    ]
    return float(np.median(between)) if between else 0.0
